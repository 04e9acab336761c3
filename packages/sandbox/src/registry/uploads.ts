import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlobStore, BlobUpload } from './blobStore';
import { RegistryFailure } from './registryError';
import type { RepositoryStore } from './repositoryStore';
import type { Route } from './route';

/** Takes blobs in: at once, in parts, or from another repository. */
export class BlobUploads {
  constructor(
    private readonly options: {
      blobs: BlobStore;
      repositories: RepositoryStore;
    },
  ) {}

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
  ): Promise<void> {
    if (request.method === 'POST' && route.reference === '') {
      await this.begin(request, response, route);
      return;
    }
    const upload = this.options.blobs.uploads.get(route.reference!);
    if (!upload) {
      throw new RegistryFailure(
        'BLOB_UPLOAD_UNKNOWN',
        'blob upload unknown to registry',
      );
    }
    switch (request.method) {
      case 'GET':
        sendProgress(response, route, upload, 204);
        return;
      case 'PATCH':
        checkRange(request, upload);
        await upload.append(request);
        sendProgress(response, route, upload, 202);
        return;
      case 'PUT':
        checkRange(request, upload);
        await upload.append(request);
        await this.commit(response, route, upload);
        return;
      case 'DELETE':
        await upload.discard();
        response.writeHead(204).end();
        return;
      default:
        throw new RegistryFailure(
          'UNSUPPORTED',
          'The operation is unsupported.',
        );
    }
  }

  private async begin(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
  ): Promise<void> {
    const { blobs, repositories } = this.options;
    const mount = route.query.get('mount');
    const from = repositories.get(route.query.get('from') ?? '');
    if (mount !== null && from?.blobs.has(mount)) {
      this.keep(response, route, mount);
      return;
    }
    const upload = blobs.begin();
    if (route.query.has('digest')) {
      await upload.append(request);
      await this.commit(response, route, upload);
      return;
    }
    request.resume();
    sendProgress(response, route, upload, 202);
  }

  private async commit(
    response: ServerResponse,
    route: Route,
    upload: BlobUpload,
  ): Promise<void> {
    const digest = route.query.get('digest') ?? '';
    if (!(await upload.commit(digest))) {
      throw new RegistryFailure(
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
      );
    }
    this.keep(response, route, digest);
  }

  private keep(response: ServerResponse, route: Route, digest: string): void {
    const { repositories } = this.options;
    repositories.make(route.repository!).blobs.add(digest);
    repositories.save(route.repository!);
    response.writeHead(201, {
      location: `/v2/${route.repository}/blobs/${digest}`,
      'docker-content-digest': digest,
    });
    response.end();
  }
}

/** Parts must follow each other. */
function checkRange(request: IncomingMessage, upload: BlobUpload): void {
  const range = request.headers['content-range'];
  const start = range && /^(?:bytes )?(\d+)-\d+/.exec(range)?.[1];
  if (range !== undefined && Number(start) !== upload.size) {
    throw new RegistryFailure(
      'BLOB_UPLOAD_INVALID',
      `the next part begins at byte ${upload.size}`,
    );
  }
}

function sendProgress(
  response: ServerResponse,
  route: Route,
  upload: BlobUpload,
  status: number,
): void {
  response.writeHead(status, {
    location: `/v2/${route.repository}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(upload.size - 1, 0)}`,
    'docker-upload-uuid': upload.id,
  });
  response.end();
}
