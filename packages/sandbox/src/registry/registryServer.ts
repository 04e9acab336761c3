import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { SandboxError } from '../errors';
import { close, listen } from '../listen';
import type { SandboxLogger } from '../logger';
import { createCertificates, loadCertificates } from '../tls/certificates';
import type { RegistryAccount, RegistryAuthentication } from './access';
import { RegistryAccess } from './access';
import { BlobStore } from './blobStore';
import type { RegistryFaults, RegistryRequest } from './faults';
import type { Descriptor } from './repositoryStore';
import { RepositoryStore } from './repositoryStore';
import { RegistryHost } from './registryHost';

/**
 * Options of {@link startRegistry}.
 *
 * @public
 */
export interface RegistryOptions {
  /** Where everything (and certificates) is kept; in memory by default. */
  dataDir?: string;
  /** 0 (default) takes any free port. */
  port?: number;
  /** A loopback address; `127.0.0.1` by default. */
  host?: string;
  /** Serve https with a certificate of the sandbox's own CA. */
  tls?: boolean;
  /** With `tls`: refuse connections without a certificate of that CA. */
  clientCertificates?: boolean;
  /**
   * How it wants to be told who asks: not at all (default), by name and password,
   * or by a token of its own token service at `/token`.
   */
  authentication?: RegistryAuthentication;
  /** Anybody may pull. Default no. */
  anonymousPull?: boolean;
  /** How long tokens are good for; 300 by default. */
  tokenSeconds?: number;
  /** Address of the token service that challenges name; its own by default. */
  realm?: string;
  /** Tags of a page at most; 1000 by default. */
  pageSize?: number;
  /** Without it (`false`), referrers are found by tag, as in version 1.0 of the specification. */
  referrersApi?: boolean;
  logger?: SandboxLogger;
  /** For tests: milliseconds since the epoch. */
  now?: () => number;
}

/**
 * A layer to be pushed.
 *
 * @public
 */
export interface PushedLayer {
  mediaType: string;
  content: Uint8Array;
  annotations?: Readonly<Record<string, string>>;
}

/**
 * An image or artifact to be pushed.
 *
 * @public
 */
export interface PushedImage {
  layers: readonly PushedLayer[];
  annotations?: Readonly<Record<string, string>>;
  /** Default: an empty configuration. */
  config?: { mediaType: string; content: Uint8Array };
  artifactType?: string;
  /** Digest of a manifest of the same repository that it refers to. */
  subject?: string;
  /** Default: that of an OCI image manifest. */
  mediaType?: string;
}

/**
 * A running registry.
 *
 * @public
 */
export interface SandboxRegistry {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** `127.0.0.1:<port>`, as names of images begin. */
  address: string;
  port: number;
  /** With `tls`: the certificate authority, PEM. */
  caPem?: string;
  /** With `tls`: a client certificate that it signed, PEM. */
  clientCertificate?: { certificate: string; privateKey: string };
  /** Requests, oldest first (the latest 10000). */
  requests: RegistryRequest[];
  faults: RegistryFaults;
  /** Pushes an image; returns the digest of its manifest. */
  push(repository: string, image: PushedImage, tag?: string): Promise<string>;
  /** Pushes any manifest, whether what it names is there or not. */
  pushManifest(
    repository: string,
    manifest: object | Uint8Array,
    options?: { tag?: string; mediaType?: string },
  ): Promise<string>;
  /** Lets tags name a manifest. @throws {@link SandboxError} `not-found` */
  tag(repository: string, reference: string, ...tags: string[]): void;
  /** Deletes a tag, or a manifest. */
  remove(repository: string, reference: string): void;
  tags(repository: string): readonly string[];
  /** The bytes of a manifest. @throws {@link SandboxError} `not-found` */
  manifest(repository: string, reference: string): Buffer;
  /** Adds or replaces somebody who may use it. */
  addAccount(account: RegistryAccount): void;
  /** All tokens that were given out are worth nothing any more. */
  revokeTokens(): void;
  stop(): Promise<void>;
}

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY_CONFIG = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  content: Buffer.from('{}'),
};

/**
 * Starts a registry on loopback, for trying out and testing (OCI distribution
 * specification 1.1: pushes in parts, manifests, tags by pages, referrers, token
 * authentication).
 *
 * @throws {@link SandboxError} `port-in-use`, `address-unavailable`
 * @public
 */
export async function startRegistry(
  options: RegistryOptions = {},
): Promise<SandboxRegistry> {
  const { dataDir, logger } = options;
  const host = options.host ?? '127.0.0.1';
  const below = (name: string) => dataDir && path.join(dataDir, name);
  const blobs = new BlobStore(below('blobs'));
  const repositories = new RepositoryStore(below('repositories'));
  let url = '';
  const access = new RegistryAccess({
    authentication: options.authentication ?? 'none',
    anonymousPull: options.anonymousPull ?? false,
    tokenSeconds: options.tokenSeconds ?? 300,
    now: options.now ?? Date.now,
    realm: () => options.realm ?? `${url}/token`,
  });
  const server = new RegistryHost({
    ...{ blobs, repositories, access, logger },
    pageSize: options.pageSize ?? 1_000,
    referrersApi: options.referrersApi ?? true,
  });

  const certificates = options.tls ? await certificatesFor(dataDir) : undefined;
  const handle: http.RequestListener = (request, response) => {
    void server.handle(request, response);
  };
  const listener = certificates
    ? (https.createServer(
        {
          cert: certificates.server.certificate,
          key: certificates.server.privateKey,
          ca: certificates.ca.certificate,
          requestCert: options.clientCertificates,
          rejectUnauthorized: options.clientCertificates,
        },
        handle,
      ) as unknown as http.Server)
    : http.createServer(handle);
  const port = await listen(listener, {
    port: options.port ?? 0,
    host,
    what: 'the registry',
  });
  url = `${certificates ? 'https' : 'http'}://${host}:${port}`;
  logger?.info(`Sandbox registry listens on ${url}`);

  const keep = async (
    repository: string,
    content: Uint8Array,
  ): Promise<Pick<Descriptor, 'digest' | 'size'>> => {
    const digest = await blobs.put(content);
    repositories.make(repository).blobs.add(digest);
    return { digest, size: content.length };
  };
  const pushManifest: SandboxRegistry['pushManifest'] = async (
    repository,
    manifest,
    { tag, mediaType } = {},
  ) => {
    const bytes =
      manifest instanceof Uint8Array
        ? Buffer.from(manifest)
        : Buffer.from(JSON.stringify(manifest));
    const type = mediaType ?? JSON.parse(bytes.toString('utf8')).mediaType;
    return server.storeManifest(repository, { bytes, mediaType: type }, tag)
      .digest;
  };
  const find = (repository: string, reference: string) => {
    const found = repositories.get(repository)?.find(reference);
    if (!found) {
      throw new SandboxError({
        code: 'not-found',
        message: `There is no ${repository} with ${reference}.`,
        hint: 'Push it first.',
      });
    }
    return found;
  };

  return {
    url,
    address: `${host}:${port}`,
    port,
    caPem: certificates?.ca.certificate,
    clientCertificate: certificates?.admin,
    requests: server.requests,
    faults: server.faults,
    push: async (repository, image, tag) => {
      const { config = EMPTY_CONFIG, mediaType = OCI_MANIFEST } = image;
      const layers: Descriptor[] = [];
      for (const { content, ...layer } of image.layers) {
        layers.push({ ...layer, ...(await keep(repository, content)) });
      }
      const manifest = {
        schemaVersion: 2,
        mediaType,
        ...(image.artifactType && { artifactType: image.artifactType }),
        config: {
          mediaType: config.mediaType,
          ...(await keep(repository, config.content)),
        },
        layers,
        ...(image.subject && {
          subject: subjectOf(find(repository, image.subject)),
        }),
        ...(image.annotations && { annotations: image.annotations }),
      };
      return pushManifest(repository, manifest, { tag });
    },
    pushManifest,
    tag: (name, reference, ...tags) => {
      const { digest } = find(name, reference);
      const repository = repositories.make(name);
      for (const tag of tags) {
        repository.setTag(tag, digest);
      }
      repositories.save(name);
    },
    remove: (name, reference) => {
      const { digest } = find(name, reference);
      const repository = repositories.make(name);
      if (!repository.deleteTag(reference)) {
        repository.manifests.delete(digest);
      }
      repositories.save(name);
    },
    tags: repository => repositories.get(repository)?.listTags() ?? [],
    manifest: (repository, reference) =>
      find(repository, reference).manifest.bytes,
    addAccount: account => access.accounts.set(account.username, account),
    revokeTokens: () => access.revokeTokens(),
    stop: () => close(listener),
  };
}

function subjectOf(found: {
  digest: string;
  manifest: { mediaType: string; bytes: Buffer };
}): Descriptor {
  const { mediaType, bytes } = found.manifest;
  return { mediaType, digest: found.digest, size: bytes.length };
}

function certificatesFor(dataDir: string | undefined) {
  return dataDir === undefined
    ? createCertificates()
    : loadCertificates(path.join(dataDir, 'tls'));
}
