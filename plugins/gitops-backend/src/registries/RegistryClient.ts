import { Readable } from 'node:stream';
import {
  ConnectionSettings,
  HttpClient,
  HttpConnections,
  HttpResponse,
} from '@backstage-gitops/plugin-gitops-node';
import { pause } from '../util/pause';
import { digestOf, isDigest, requireDigest } from './digest';
import { anonymous, Keychain } from './Keychain';
import {
  Descriptor,
  ImageIndex,
  ImageManifest,
  Manifest,
  MANIFEST_TYPES,
  MediaType,
  parseManifest,
} from './manifest';
import { formatReference, RegistryRepository } from './reference';
import { RegistryError } from './RegistryError';
import { memoryKey } from '../secrets/memoryKey';
import { RegistryMemory } from './RegistryMemory';
import {
  readOut,
  RegistryRequest,
  RegistryTransport,
} from './RegistryTransport';
import { tagPages } from './tagPages';
import { mirrorsOf, RegistryMirror } from './mirrors';
import { verifiedContent } from './verifiedContent';

/** What {@link RegistryClient} is made of. */
export interface RegistryClientOptions {
  connections: HttpConnections;
  /** CA, client certificate, proxy. */
  connection?: ConnectionSettings;
  /** Default: nobody. */
  keychain?: Keychain;
  /** Of the process, so that tokens are asked for once. */
  memory: RegistryMemory;
  /** Plain http where there is no https, and any certificate. */
  insecure?: boolean;
  /**
   * Asked first for what a digest names, which is then verified. What a tag names
   * only the registry itself knows.
   */
  mirrors?: readonly RegistryMirror[];
  signal: AbortSignal;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  now?: () => number;
}

/** What a tag or digest leads to, with what it is known by. */
export interface FoundManifest<T extends Manifest = Manifest> {
  digest: string;
  manifest: T;
}

/** Of a manifest; the specification wants at least this to be possible. */
const MAX_MANIFEST = 4 * 1024 * 1024;
/** How registries answer to what they do not know. */
const WITHOUT: ReadonlySet<number> = new Set([
  400, 403, 404, 405, 406, 415, 501,
]);
/** Where an index is asked for one image and nobody says which. */
const PLATFORM = { os: 'linux', architecture: 'amd64' } as const;

/**
 * Reads from registries (OCI distribution specification 1.1). Everything that a
 * digest names is verified against it, sizes are bounded, and credentials go
 * nowhere but to the registry and to the token service that belongs to it. Errors
 * are RegistryError and NetworkError.
 */
export class RegistryClient {
  private readonly http: HttpClient;
  private readonly transport: RegistryTransport;
  private readonly signal: AbortSignal;
  private readonly mirrors: readonly RegistryMirror[];

  constructor(options: RegistryClientOptions) {
    const { connection = {}, insecure = false } = options;
    // Flux: without a certificate of one's own, insecure means any.
    const settings: ConnectionSettings =
      insecure && !connection.tls
        ? { ...connection, tls: { insecureSkipVerify: true } }
        : connection;
    this.signal = options.signal;
    this.mirrors = options.mirrors ?? [];
    this.http = options.connections.open(settings);
    this.transport = new RegistryTransport({
      http: this.http,
      connectionKey: memoryKey(settings),
      keychain: options.keychain ?? anonymous,
      memory: options.memory,
      insecure,
      wait: options.wait ?? pause,
      now: options.now ?? Date.now,
    });
  }

  /** The tags, page by page. */
  tags(repository: RegistryRepository): AsyncGenerator<string[]> {
    return tagPages(this.transport, repository, this.signal);
  }

  /** The digest that a tag has now, without its content where that is possible. */
  async resolve(repository: RegistryRepository, tag: string): Promise<string> {
    const told = await this.transport
      .send(
        {
          ...{ repository, path: `/manifests/${tag}` },
          ...{ method: 'HEAD', accept: MANIFEST_TYPES },
          ...{ maxBytes: MAX_MANIFEST, signal: this.signal },
        },
        async answer => {
          await readOut(answer);
          return answer.headers['docker-content-digest'];
        },
      )
      .catch(error => {
        // Some registries do not know HEAD; and it never says why it fails.
        if (error instanceof RegistryError && WITHOUT.has(error.status ?? 0)) {
          return undefined;
        }
        throw error;
      });
    return told !== undefined && isDigest(told)
      ? told
      : (await this.manifest(repository, tag)).digest;
  }

  /** @param reference - a tag or digest */
  async manifest(
    repository: RegistryRepository,
    reference: string,
  ): Promise<FoundManifest> {
    const wanted = isDigest(reference) ? reference : undefined;
    return this.read(
      {
        ...{ repository, path: `/manifests/${reference}` },
        accept: MANIFEST_TYPES,
        ...{ maxBytes: MAX_MANIFEST, signal: this.signal },
      },
      wanted,
      async answer => {
        const bytes = await answer.bytes();
        const digest = digestOf(bytes, wanted);
        if (wanted !== undefined && digest !== wanted) {
          throw new RegistryError(
            'REGISTRY_DIGEST_MISMATCH',
            `the manifest ${formatReference(repository, reference)} has the digest ${digest}; the registry, or something before it, sent other content`,
          );
        }
        const contentType = answer.headers['content-type'] ?? '';
        return { digest, manifest: parseManifest(bytes, contentType) };
      },
    );
  }

  /**
   * As {@link RegistryClient.manifest}; of an index the image of one platform,
   * linux/amd64 by default.
   */
  async image(
    repository: RegistryRepository,
    reference: string,
    platform: { os: string; architecture: string } = PLATFORM,
  ): Promise<FoundManifest<ImageManifest>> {
    const found = await this.manifest(repository, reference);
    if (found.manifest.type === 'image') {
      return { ...found, manifest: found.manifest };
    }
    const entry = found.manifest.manifests.find(
      ({ platform: { os, architecture } = PLATFORM }) =>
        os === platform.os && architecture === platform.architecture,
    );
    if (!entry) {
      throw new RegistryError(
        'REGISTRY_NOT_FOUND',
        `${formatReference(repository, reference)} has no image for ${platform.os}/${platform.architecture}`,
      );
    }
    const child = await this.manifest(repository, entry.digest);
    if (child.manifest.type !== 'image') {
      throw new RegistryError(
        'REGISTRY_BAD_ANSWER',
        `${formatReference(repository, reference)} leads from one index to another`,
      );
    }
    return { ...child, manifest: child.manifest };
  }

  /**
   * The content that a descriptor names. The stream fails at its end where the
   * content is another; do not use what was read before.
   */
  async blob(
    repository: RegistryRepository,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    options: { maxBytes: number },
  ): Promise<Readable> {
    const { size } = descriptor;
    const digest = requireDigest(descriptor.digest);
    const what = formatReference(repository, digest);
    if (size > options.maxBytes) {
      throw new RegistryError(
        'REGISTRY_TOO_LARGE',
        `${what} has ${size} bytes, more than the ${options.maxBytes} that are allowed`,
      );
    }
    const body = await this.read(
      {
        ...{ repository, path: `/blobs/${digest}` },
        ...{ maxBytes: size, signal: this.signal },
      },
      digest,
      async answer => answer.body,
    );
    return verifiedContent(body, { digest, size, what });
  }

  /** A small blob as a whole, such as the configuration of an image. */
  async smallBlob(
    repository: RegistryRepository,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    options: { maxBytes: number },
  ): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.blob(
      repository,
      descriptor,
      options,
    )) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  /**
   * What refers to a manifest, such as signatures: by the referrers API, or by the
   * tag that registries without it have.
   */
  async referrers(
    repository: RegistryRepository,
    digest: string,
  ): Promise<readonly Descriptor[]> {
    const index =
      (await this.index(repository, `/referrers/${requireDigest(digest)}`)) ??
      (await this.index(repository, `/manifests/${digest.replace(':', '-')}`));
    return index?.manifests ?? [];
  }

  /** Call it once, when nothing more is asked. */
  close(): void {
    this.http.release();
  }

  /** By digest from a mirror, if one has it; whatever it fails with is no matter. */
  private async read<T>(
    request: RegistryRequest,
    digest: string | undefined,
    read: (answer: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const mirrors =
      digest === undefined ? [] : mirrorsOf(this.mirrors, request.repository);
    for (const mirror of mirrors) {
      try {
        return await this.transport.send(
          { ...request, ...mirror, attempts: 1 },
          read,
        );
      } catch {
        this.signal.throwIfAborted();
      }
    }
    return this.transport.send(request, read);
  }

  private async index(
    repository: RegistryRepository,
    path: string,
  ): Promise<ImageIndex | undefined> {
    try {
      const manifest = await this.transport.send(
        {
          ...{ repository, path, accept: MediaType.ociIndex },
          ...{ maxBytes: MAX_MANIFEST, signal: this.signal },
        },
        async answer =>
          parseManifest(
            await answer.bytes(),
            answer.headers['content-type'] ?? '',
          ),
      );
      return manifest.type === 'index' ? manifest : undefined;
    } catch (error) {
      // Registries without the API answer in many ways.
      if (
        error instanceof RegistryError &&
        (error.code === 'REGISTRY_BAD_ANSWER' || WITHOUT.has(error.status ?? 0))
      ) {
        return undefined;
      }
      throw error;
    }
  }
}
