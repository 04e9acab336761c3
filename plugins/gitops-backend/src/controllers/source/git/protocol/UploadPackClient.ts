import { GitError } from '../GitError';
import { GitTransport } from '../GitTransport';
import { ObjectFormat } from '../objects/objectFormat';
import { RemoteReference } from '../resolveReference';
import {
  Advertisement,
  readAdvertisement,
  readListing,
  refusal,
  textOf,
} from './Advertisement';
import { PacketReader } from './PacketReader';
import { DELIMITER, FLUSH, packet } from './packets';

/** What is fetched. */
export interface PackRequest {
  /** Names of commits or tags. */
  wants: readonly string[];
  /** Commits of which all is known, with all that came before. */
  haves?: readonly string[];
  /** Without what came before; where the server cannot, history comes too. */
  shallow?: boolean;
  /** Only commits and tags, where the server can. */
  commitsOnly?: boolean;
  /** Bytes of the pack. */
  maxBytes: number;
}

const AGENT = 'agent=backstage-gitops';
/** Bytes of a listing; a million references have some 64 MiB. */
const LISTING_BYTES = 128 * 1_024 * 1_024;

/**
 * The client's side of git-upload-pack: lists references and fetches packs.
 * Speaks version 2 of the protocol, and version 0 with servers that do not.
 */
export class UploadPackClient {
  private readonly transport: GitTransport;
  private advertised: Advertisement | undefined;
  private advertisedFor: readonly string[] = [];
  private knownFormat: ObjectFormat = 'sha1';

  constructor(transport: GitTransport) {
    this.transport = transport;
  }

  get address(): string {
    return this.transport.address;
  }

  /** How the repository names its objects; known once it was asked anything. */
  get format(): ObjectFormat {
    return this.knownFormat;
  }

  /** Lists references that begin with one of the prefixes. @throws GitError */
  async list(prefixes: readonly string[]): Promise<RemoteReference[]> {
    const server = await this.open(prefixes);
    if (server.version === 0) {
      return server.references;
    }
    const reader = await this.command(
      'ls-refs',
      ['peel', 'symrefs', ...prefixes.map(prefix => `ref-prefix ${prefix}`)],
      { maxBytes: LISTING_BYTES, last: false },
    );
    return readListing(reader, server.format);
  }

  /** Whether there is no reference at all. @throws GitError */
  async isEmpty(): Promise<boolean> {
    const server = await this.open(this.advertisedFor);
    if (server.version === 0) {
      return server.isEmpty;
    }
    // Mostly HEAD leads somewhere, and the rest need not be listed.
    return (
      (await this.list(['HEAD'])).length === 0 &&
      (await this.list(['refs/'])).length === 0
    );
  }

  /** Whether commits can be fetched without their files. @throws GitError */
  async canFilter(): Promise<boolean> {
    return this.supports(await this.open(this.advertisedFor), 'filter');
  }

  /** Whether a commit may be asked for that no reference names. */
  async canWantAny(): Promise<boolean> {
    const { version, capabilities } = await this.open(this.advertisedFor);
    return (
      version === 2 ||
      capabilities.has('allow-reachable-sha1-in-want') ||
      capabilities.has('allow-any-sha1-in-want')
    );
  }

  /** The pack of what is asked for, as it comes. @throws GitError */
  async *fetch(request: PackRequest): AsyncGenerator<Buffer> {
    const server = await this.open(this.advertisedFor);
    const features = [
      ...(request.shallow && this.supports(server, 'shallow')
        ? ['deepen 1']
        : []),
      ...(request.commitsOnly && this.supports(server, 'filter')
        ? ['filter tree:0']
        : []),
    ];
    const { maxBytes } = request;
    if (server.version === 2) {
      const reader = await this.command(
        'fetch',
        [
          'no-progress',
          'ofs-delta',
          ...request.wants.map(oid => `want ${oid}`),
          ...(request.haves ?? []).map(oid => `have ${oid}`),
          ...features,
          'done',
        ],
        { maxBytes, last: false },
      );
      await skipSections(reader);
      yield* bands(reader);
    } else {
      // Afterwards the server has said all that it will say.
      this.advertised = undefined;
      yield* this.fetchOld(server, request, features);
    }
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  private async open(prefixes: readonly string[]): Promise<Advertisement> {
    const known = this.advertised;
    if (
      known?.version === 2 ||
      (known && prefixes.every(prefix => this.advertisedFor.includes(prefix)))
    ) {
      return known;
    }
    const reader = await this.transport.advertise(LISTING_BYTES);
    this.advertisedFor = [...prefixes];
    this.advertised = await readAdvertisement(reader, prefixes);
    this.knownFormat = this.advertised.format;
    return this.advertised;
  }

  private supports(server: Advertisement, feature: string): boolean {
    return server.version === 0
      ? server.capabilities.has(feature)
      : (server.capabilities.get('fetch') ?? '').split(' ').includes(feature);
  }

  private command(
    name: string,
    args: readonly string[],
    options: { maxBytes: number; last: boolean },
  ): Promise<PacketReader> {
    return this.transport.request(
      Buffer.from(
        [
          packet(`command=${name}`),
          packet(AGENT),
          packet(`object-format=${this.format}`),
          DELIMITER,
          ...args.map(packet),
          FLUSH,
        ].join(''),
      ),
      options,
    );
  }

  private async *fetchOld(
    server: Advertisement,
    { wants, haves = [], maxBytes }: PackRequest,
    features: readonly string[],
  ): AsyncGenerator<Buffer> {
    const has = (name: string) => server.capabilities.has(name);
    const inBands = has('side-band-64k') || has('side-band');
    const capabilities = [
      ...(has('side-band-64k') ? ['side-band-64k'] : ['side-band'].filter(has)),
      ...['ofs-delta', 'no-progress', 'filter'].filter(has),
      ...(has('object-format') ? [`object-format=${server.format}`] : []),
      ...(has('agent') ? [AGENT] : []),
    ].join(' ');
    const body = [
      ...wants.map((oid, index) =>
        packet(`want ${oid}${index === 0 ? ` ${capabilities}` : ''}`),
      ),
      ...features.map(packet),
      FLUSH,
      ...haves.map(oid => packet(`have ${oid}`)),
      packet('done'),
    ].join('');
    const reader = await this.transport.request(Buffer.from(body), {
      maxBytes,
      last: true,
    });
    if (features.includes('deepen 1')) {
      while (textOf(await reader.next()) !== undefined) {
        // Where history was cut off, which is where we asked it to be.
      }
    }
    const answer = textOf(await reader.next()) ?? '';
    if (!answer.startsWith('NAK') && !answer.startsWith('ACK')) {
      throw unexpected();
    }
    yield* inBands ? bands(reader) : reader.raw();
  }
}

/** Version 2 answers in sections; the pack is the last one. */
async function skipSections(reader: PacketReader): Promise<void> {
  for (;;) {
    const next = await reader.next();
    if (next === 'flush' || next === 'end') {
      throw unexpected();
    }
    if (textOf(next) === 'packfile') {
      return;
    }
  }
}

/** Takes apart what is sent side by side: data, progress and errors. */
async function* bands(reader: PacketReader): AsyncGenerator<Buffer> {
  for (;;) {
    const length = await reader.begin();
    if (typeof length === 'string') {
      return;
    }
    const band = length > 0 ? (await reader.take(1))[0] : undefined;
    let left = length - 1;
    if (band === 1) {
      while (left > 0) {
        const piece = await reader.some(left);
        left -= piece.length;
        yield piece;
      }
      continue;
    }
    const content = await reader.take(Math.max(left, 0));
    if (band === 3) {
      throw refusal(content.toString('utf8'));
    }
    if (band !== 2) {
      textOf(Buffer.concat([Buffer.from([band ?? 0]), content]));
      throw unexpected();
    }
  }
}

function unexpected(): GitError {
  return new GitError(
    'GIT_PROTOCOL',
    'the server answers with something else than a pack',
  );
}
