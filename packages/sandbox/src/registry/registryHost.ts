import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable, Transform } from 'node:stream';
import type { SandboxLogger } from '../logger';
import type { RegistryAccess, Wanted } from './access';
import type { Blob, BlobStore } from './blobStore';
import { digestOf, isOf } from './blobStore';
import type { RegistryFault, RegistryRequest } from './faults';
import { RegistryFaultPlan } from './faults';
import { RegistryFailure, sendFailure } from './registryError';
import type { Repository, RepositoryStore } from './repositoryStore';
import { describeManifest } from './repositoryStore';
import { parseRoute, Route } from './route';
import { BlobUploads } from './uploads';

const REQUEST_LIMIT = 10_000;
const MAX_MANIFEST = 4 * 1024 * 1024;

/** What {@link RegistryHost} is made of. */
export interface RegistryHostOptions {
  blobs: BlobStore;
  repositories: RepositoryStore;
  access: RegistryAccess;
  /** Tags of a page at most. */
  pageSize: number;
  /** Without it, referrers are asked for by tag. */
  referrersApi: boolean;
  logger?: SandboxLogger;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  route: Route;
  fault: RegistryFault | undefined;
}

/** Answers the requests of registry clients (OCI distribution specification 1.1). */
export class RegistryHost {
  readonly requests: RegistryRequest[] = [];
  readonly faults = new RegistryFaultPlan();
  private readonly uploads: BlobUploads;

  constructor(private readonly options: RegistryHostOptions) {
    this.uploads = new BlobUploads(options);
  }

  /** Handles one request. Never rejects. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    try {
      await this.answer(request, response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const isKnown = error instanceof RegistryFailure;
      if (!isKnown) {
        this.options.logger?.error(`The registry failed: ${String(error)}`);
      }
      sendFailure(
        response,
        isKnown
          ? {
              status: error.status,
              code: error.code,
              message: error.message,
              headers: error.options.headers,
            }
          : {
              status: 500,
              code: 'UNKNOWN',
              message: 'The registry failed; see its log.',
            },
        request.method === 'HEAD',
      );
      // What is left of a body is not waited for.
      request.resume();
    }
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const route = parseRoute(request);
    const recorded = this.record(request, response, route);
    const fault = this.faults.take(recorded);
    if (fault && meets(fault, request, response)) return;
    for (const [name, value] of Object.entries(fault?.headers ?? {})) {
      response.setHeader(name, value);
    }
    const { access } = this.options;
    if (route.operation === 'token') {
      const caller = await access.giveToken(request, response);
      recorded.account = caller.account?.username;
      return;
    }
    const wanted = wantedBy(request, route);
    const caller = access.identify(request, wanted);
    recorded.account = caller.account?.username;
    recorded.authorization = caller.authorization;
    access.check(caller, wanted);
    await this.route({ request, response, route, fault });
  }

  private record(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
  ): RegistryRequest {
    const recorded: RegistryRequest = {
      method: request.method ?? 'GET',
      operation: route.operation,
      path: request.url ?? '/',
      repository: route.repository,
      reference: route.reference,
      userAgent: request.headers['user-agent'],
      get status() {
        return response.headersSent ? response.statusCode : undefined;
      },
    };
    this.requests.push(recorded);
    if (this.requests.length > REQUEST_LIMIT) this.requests.shift();
    return recorded;
  }

  private async route(call: Call): Promise<void> {
    const { request, response, route } = call;
    switch (route.operation) {
      case 'ping':
        sendJson(response, {});
        return;
      case 'catalog':
        sendJson(response, { repositories: this.options.repositories.names() });
        return;
      case 'upload':
        await this.uploads.handle(request, response, route);
        return;
      case 'blob':
        await this.blob(call);
        return;
      case 'manifest':
        await this.manifest(call);
        return;
      case 'tags':
        this.tags(call);
        return;
      case 'referrers':
        this.referrers(call);
        return;
      default:
        throw new RegistryFailure('UNSUPPORTED', 'There is no such address.', {
          status: 404,
        });
    }
  }

  private repository({ repository }: Route): Repository {
    const found = this.options.repositories.get(repository!);
    if (!found) {
      throw new RegistryFailure(
        'NAME_UNKNOWN',
        'repository name not known to registry',
      );
    }
    return found;
  }

  private async blob(call: Call): Promise<void> {
    const { request, response, route, fault } = call;
    const digest = route.reference!;
    const repository = this.repository(route);
    const blob = repository.blobs.has(digest)
      ? this.options.blobs.get(digest)
      : undefined;
    if (!blob) {
      throw new RegistryFailure('BLOB_UNKNOWN', 'blob unknown to registry');
    }
    if (request.method === 'DELETE') {
      repository.blobs.delete(digest);
      this.options.repositories.save(route.repository!);
      response.writeHead(202).end();
      return;
    }
    requireMethod(request, 'GET', 'HEAD');
    await sendContent(response, blob, {
      type: 'application/octet-stream',
      ...{ digest, fault, request },
    });
  }

  private async manifest(call: Call): Promise<void> {
    const { request, response, route, fault } = call;
    const { reference } = route;
    if (request.method === 'PUT') {
      await this.putManifest(call);
      return;
    }
    const repository = this.repository(route);
    const found = repository.find(reference!);
    if (!found) {
      throw new RegistryFailure('MANIFEST_UNKNOWN', 'manifest unknown');
    }
    const { digest, manifest } = found;
    if (request.method === 'DELETE') {
      if (!repository.deleteTag(reference!)) {
        repository.manifests.delete(digest);
        for (const [tag, to] of repository.tags) {
          if (to === digest) repository.deleteTag(tag);
        }
      }
      this.options.repositories.save(route.repository!);
      response.writeHead(202).end();
      return;
    }
    requireMethod(request, 'GET', 'HEAD');
    await sendContent(
      response,
      {
        size: manifest.bytes.length,
        open: () => Readable.from([manifest.bytes]),
      },
      { type: manifest.mediaType, digest, fault, request },
    );
  }

  private async putManifest({ request, response, route }: Call): Promise<void> {
    const bytes = await buffer(request);
    if (bytes.length > MAX_MANIFEST) {
      throw new RegistryFailure('SIZE_INVALID', 'the manifest is too large', {
        status: 413,
      });
    }
    const mediaType = request.headers['content-type'] ?? '';
    const { digest, subject } = this.storeManifest(
      route.repository!,
      { bytes, mediaType },
      route.reference!,
    );
    response.writeHead(201, {
      location: `/v2/${route.repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(subject && this.options.referrersApi && { 'oci-subject': subject }),
    });
    response.end();
  }

  /** Takes a manifest whose parts are there already. @throws RegistryFailure */
  storeManifest(
    name: string,
    { bytes, mediaType }: { bytes: Buffer; mediaType: string },
    reference: string | undefined,
  ): { digest: string; subject: string | undefined } {
    const repository = this.options.repositories.make(name);
    let manifest;
    try {
      manifest = describeManifest(mediaType, bytes);
    } catch {
      throw new RegistryFailure('MANIFEST_INVALID', 'manifest invalid');
    }
    const digest = reference?.includes(':') ? reference : digestOf(bytes);
    if (!isOf(digest, [bytes])) {
      throw new RegistryFailure(
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
      );
    }
    repository.manifests.set(digest, manifest);
    if (reference !== undefined && !reference.includes(':')) {
      repository.setTag(reference, digest);
    }
    this.options.repositories.save(name);
    return { digest, subject: manifest.subject };
  }

  private tags({ request, response, route }: Call): void {
    requireMethod(request, 'GET');
    const repository = this.repository(route);
    const last = route.query.get('last');
    const asked = Number(route.query.get('n') ?? Infinity);
    const size = Math.min(
      Number.isNaN(asked) ? Infinity : asked,
      this.options.pageSize,
    );
    const all = repository.listTags();
    const left = last === null ? all : all.filter(tag => tag > last);
    const page = left.slice(0, size);
    if (left.length > page.length && page.length > 0) {
      const query = new URLSearchParams({
        last: page[page.length - 1],
        n: String(size),
      });
      response.setHeader(
        'link',
        `</v2/${route.repository}/tags/list?${query}>; rel="next"`,
      );
    }
    sendJson(response, { name: route.repository, tags: page });
  }

  private referrers({ request, response, route }: Call): void {
    requireMethod(request, 'GET');
    if (!this.options.referrersApi) {
      throw new RegistryFailure('UNSUPPORTED', 'There is no such address.', {
        status: 404,
      });
    }
    const type = route.query.get('artifactType');
    const repository = this.options.repositories.get(route.repository!);
    const index = repository?.referrers(route.reference!, type) ?? {
      schemaVersion: 2,
      manifests: [],
    };
    sendJson(response, index, {
      'content-type': 'application/vnd.oci.image.index.v1+json',
      ...(type !== null && { 'oci-filters-applied': 'artifactType' }),
    });
  }
}

function wantedBy(request: IncomingMessage, route: Route): Wanted | undefined {
  const { repository } = route;
  if (repository === undefined) return undefined;
  const { method } = request;
  if (method === 'DELETE' && route.operation !== 'upload') {
    return { repository, action: 'delete' };
  }
  const reads = method === 'GET' || method === 'HEAD';
  const action = reads && route.operation !== 'upload' ? 'pull' : 'push';
  return { repository, action };
}

/** Whether a fault was all that happens to a request. */
function meets(
  fault: RegistryFault,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (fault.hang) return true;
  if (fault.disconnect) {
    response.destroy();
    return true;
  }
  if (fault.status === undefined) return false;
  request.resume();
  if (fault.body !== undefined) {
    response.writeHead(fault.status, {
      'content-type': 'application/json',
      ...fault.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : fault.body);
    return true;
  }
  sendFailure(
    response,
    {
      status: fault.status,
      code: fault.code ?? 'UNKNOWN',
      message: 'This is a fault that a test asked for.',
      headers: fault.headers,
    },
    request.method === 'HEAD',
  );
  return true;
}

async function sendContent(
  response: ServerResponse,
  content: Blob,
  options: {
    type: string;
    digest: string;
    fault: RegistryFault | undefined;
    request: IncomingMessage;
  },
): Promise<void> {
  const { type, digest, fault, request } = options;
  const { size } = content;
  const [, from, to] =
    /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = from === undefined ? 0 : Number(from);
  const end = to ? Math.min(Number(to) + 1, size) : size;
  if (start > size || start > end) {
    throw new RegistryFailure('BLOB_UPLOAD_INVALID', 'no such range');
  }
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': type,
    'content-length': end - start,
    'docker-content-digest': digest,
    ...(from !== undefined && {
      'content-range': `bytes ${start}-${end - 1}/${size}`,
    }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if (fault?.truncate) {
    for await (const chunk of content.open(
      start,
      Math.floor((start + end) / 2),
    )) {
      response.write(chunk);
    }
    response.destroy();
    return;
  }
  await pipeline(
    content.open(start, end),
    new Transform({
      transform: (chunk: Buffer, _, done) =>
        done(null, fault?.corrupt ? chunk.map(byte => byte ^ 1) : chunk),
    }),
    response,
  );
}

function sendJson(
  response: ServerResponse,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function requireMethod(
  { method }: IncomingMessage,
  ...allowed: readonly string[]
): void {
  if (!allowed.includes(method ?? '')) {
    throw new RegistryFailure('UNSUPPORTED', 'The operation is unsupported.');
  }
}
