import { GitError } from '../GitError';
import { GitTransport } from '../GitTransport';
import { OID_BYTES, ObjectFormat } from '../objects/objectFormat';
import { Advertisement, readAdvertisement } from '../protocol/Advertisement';
import { PacketReader } from '../protocol/PacketReader';
import { FLUSH, packet } from '../protocol/packets';
import { printable } from '../ssh/printable';
import { GitPushError } from './GitPushError';

/** A reference that is to be moved. */
export interface ReferenceUpdate {
  /** Full name, such as `refs/heads/main`. */
  ref: string;
  /** Where it has to be now; undefined where it must not be there. */
  from: string | undefined;
  to: string;
}

const LISTING_BYTES = 128 * 1_024 * 1_024;
const ANSWER_BYTES = 1_024 * 1_024;
const MOST_SAID = 2_000;

/**
 * The client's side of git-receive-pack (protocol version 0, which is all that
 * pushes have).
 */
export class ReceivePackClient {
  private readonly transport: GitTransport;
  private advertised: Advertisement | undefined;

  /** @param transport - to git-receive-pack of a repository */
  constructor(transport: GitTransport) {
    this.transport = transport;
  }

  /** How the repository names its objects. @throws GitError */
  async format(): Promise<ObjectFormat> {
    return (await this.open()).format;
  }

  /** Where a reference is now. @throws GitError */
  async find(ref: string): Promise<string | undefined> {
    const { references } = await this.open();
    return references.find(found => found.ref === ref)?.oid;
  }

  /**
   * Moves references, all or none where the server can, and sends what they need.
   *
   * @throws GitPushError where the server refuses, GitError where it does not answer
   */
  async push(
    updates: readonly ReferenceUpdate[],
    pack: Buffer,
    options: readonly string[] = [],
  ): Promise<void> {
    const server = await this.open();
    const has = (name: string) => server.capabilities.has(name);
    if (!has('report-status')) {
      throw new GitError(
        'GIT_PROTOCOL',
        `${this.transport.address} does not say whether a push went well; its server is too old`,
      );
    }
    if (options.length > 0 && !has('push-options')) {
      throw new GitPushError(
        'GIT_PUSH_REFUSED',
        `${this.transport.address} takes no push options; remove spec.git.push.options`,
      );
    }
    for (const { ref, from } of updates) {
      if (server.references.find(each => each.ref === ref)?.oid !== from) {
        throw stale(ref, 'it is not where it was');
      }
    }
    const none = '0'.repeat(OID_BYTES[server.format] * 2);
    const inBands = has('side-band-64k');
    const capabilities = [
      'report-status',
      ...['side-band-64k', 'quiet'].filter(has),
      ...(updates.length > 1 ? ['atomic'].filter(has) : []),
      ...(options.length > 0 ? ['push-options'] : []),
      ...(has('object-format') ? [`object-format=${server.format}`] : []),
      ...(has('agent') ? ['agent=backstage-gitops'] : []),
    ].join(' ');
    const commands = updates.map(({ ref, from = none, to }, index) =>
      packet(`${from} ${to} ${ref}${index === 0 ? `\0${capabilities}` : ''}`),
    );
    const body = Buffer.concat([
      Buffer.from([...commands, FLUSH].join('')),
      Buffer.from(
        options.length > 0 ? [...options.map(packet), FLUSH].join('') : '',
      ),
      pack,
    ]);
    // Afterwards the server has said all that it will say.
    this.advertised = undefined;
    const reader = await this.transport.request(body, {
      maxBytes: ANSWER_BYTES,
      last: true,
    });
    const { report, said } = inBands
      ? await readBands(reader)
      : { report: await readLines(reader), said: '' };
    requireDone(report, updates, printable(said.slice(0, MOST_SAID)));
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  private async open(): Promise<Advertisement> {
    this.advertised ??= await readAdvertisement(
      await this.transport.advertise(LISTING_BYTES),
      ['refs/'],
    );
    return this.advertised;
  }
}

const STALE =
  /fetch first|non-fast-forward|stale info|failed to (update|lock)|cannot lock|incorrect old value|reference already exists/i;

/** What a server reports, and what its hooks say beside it. */
async function readBands(
  reader: PacketReader,
): Promise<{ report: string[]; said: string }> {
  const report: Buffer[] = [];
  let said = '';
  for (;;) {
    const length = await reader.begin();
    if (typeof length === 'string') {
      break;
    }
    const content = await reader.take(length);
    if (content[0] === 1) {
      report.push(content.subarray(1));
    } else if (content[0] === 2) {
      said += content.toString('utf8', 1);
    } else {
      throw new GitPushError(
        'GIT_PUSH_REFUSED',
        `the server refuses the push (it says: ${printable(content.toString('utf8', 1))})`,
      );
    }
  }
  const inner = new PacketReader({
    chunks: (async function* all() {
      yield Buffer.concat(report);
    })(),
    address: 'the report of the push',
    maxBytes: ANSWER_BYTES,
  });
  return { report: await readLines(inner), said };
}

async function readLines(reader: PacketReader): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const next = await reader.next();
    if (typeof next === 'string') {
      return lines;
    }
    lines.push(next.toString('utf8').replace(/\n$/, ''));
  }
}

/** @throws GitPushError for the first that was not done */
function requireDone(
  report: readonly string[],
  updates: readonly ReferenceUpdate[],
  said: string,
): void {
  const quoted = said.trim() === '' ? '' : ` (it says: ${said.trim()})`;
  const [unpacked = ''] = report;
  if (unpacked !== 'unpack ok') {
    throw new GitPushError(
      'GIT_PUSH_REFUSED',
      `the server could not take what was pushed: ${printable(unpacked)}${quoted}`,
    );
  }
  for (const { ref } of updates) {
    if (report.includes(`ok ${ref}`)) {
      continue;
    }
    const line = report.find(each => each.startsWith(`ng ${ref} `));
    const why = printable(line?.slice(`ng ${ref} `.length) ?? 'no answer');
    // Of several that are moved together, only the text says why not.
    const isStale = STALE.test(/atomic/.test(why) ? said : why);
    if (isStale) {
      throw stale(ref, `${why}${quoted}`);
    }
    throw new GitPushError(
      'GIT_PUSH_REFUSED',
      `the server does not let ${ref} be moved: ${why}${quoted}; look whether the branch is protected, or push to another one`,
    );
  }
}

function stale(ref: string, why: string): GitPushError {
  return new GitPushError(
    'GIT_PUSH_STALE',
    `somebody else has moved ${ref} in the meantime: ${why}`,
  );
}
