import { Artifact } from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactNotFoundError,
  ArtifactStore,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { CustomErrorBase } from '@backstage/errors';

/** An artifact of others cannot be taken over. */
export class ExternalArtifactError extends CustomErrorBase {
  readonly name = 'ExternalArtifactError';
  readonly code = 'GITOPS_EXTERNAL_ARTIFACT';
}

/**
 * Artifacts that others keep and report by an ExternalArtifact. They are fetched
 * from the address that is reported, by the rules for all that objects make the
 * portal connect to, and only the bytes of the reported digest are taken.
 */
export class ExternalArtifacts {
  private readonly store: ArtifactStore;
  private readonly connections: HttpConnections;
  private readonly maxBytes: number;

  constructor(options: {
    store: ArtifactStore;
    connections: HttpConnections;
    maxBytes: number;
  }) {
    this.store = options.store;
    this.connections = options.connections;
    this.maxBytes = options.maxBytes;
  }

  /**
   * Puts an artifact into the store.
   *
   * @throws ArtifactNotFoundError where the address has none (any more),
   * ExternalArtifactError, NetworkError, ArtifactTooLargeError
   */
  async fetch(artifact: Artifact, signal: AbortSignal): Promise<void> {
    const { digest, url } = artifact;
    if (!digest.startsWith('sha256:')) {
      throw new ExternalArtifactError(
        `the artifact of revision ${artifact.revision} has the digest ${digest}; report one of sha256`,
      );
    }
    const http = this.connections.open();
    try {
      const answer = await http.request(url, {
        signal,
        maxBytes: this.maxBytes,
      });
      if (answer.status === 404) {
        await answer.dump();
        throw new ArtifactNotFoundError(digest);
      }
      if (answer.status !== 200) {
        await answer.dump();
        throw new ExternalArtifactError(
          `${answer.url.host} answered ${answer.status} for the artifact of revision ${artifact.revision}`,
        );
      }
      const stored = await this.store.put(answer.body, {
        maxSize: this.maxBytes,
        signal,
      });
      if (stored.digest !== digest) {
        throw new ExternalArtifactError(
          `the artifact of revision ${artifact.revision} is ${stored.digest} at ${answer.url.host}, and not ${digest} as its ExternalArtifact reports`,
        );
      }
    } finally {
      http.release();
    }
  }
}
