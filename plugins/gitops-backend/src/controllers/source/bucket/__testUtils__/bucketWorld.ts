import path from 'node:path';
import {
  Artifact,
  Bucket,
  bucketKind,
  BucketSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { readyOf, World } from '../../../../__testUtils__/world';
import { FileArtifactStore } from '../../../../artifacts/FileArtifactStore';
import { readArchive } from '../../../../artifacts/readArchive';

type Files = Awaited<ReturnType<typeof readArchive>>;

/** What a test of buckets does in a {@link World}, whose portal must run. */
export class BucketWorld {
  private requests = 0;
  private readonly names = new Set<string>();

  constructor(readonly world: World) {}

  async secret(name: string, data: Record<string, string>): Promise<void> {
    await this.world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'default' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    });
  }

  /** Applies a Bucket, asks for a run, and gives it as that run left it. */
  async reconcile(
    name: string,
    spec: Omit<BucketSpec, 'interval'>,
  ): Promise<Bucket> {
    this.requests += 1;
    this.names.add(name);
    const requestedAt = `request-${this.requests}`;
    await this.world.apply<Bucket>({
      apiVersion: bucketKind.apiVersion,
      kind: 'Bucket',
      metadata: {
        name,
        namespace: 'default',
        annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt },
      },
      spec: { interval: '1h', insecure: true, ...spec },
    });
    return this.world.until<Bucket>(
      {
        apiVersion: bucketKind.apiVersion,
        kind: 'Bucket',
        namespace: 'default',
        name,
      },
      found =>
        found?.status?.lastHandledReconcileAt === requestedAt &&
        ['True', 'False'].includes(readyOf(found)?.status ?? ''),
      60_000,
    );
  }

  /** Deletes all Buckets, so that none is tried again while others are looked at. */
  async removeAll(): Promise<void> {
    for (const name of this.names) {
      const reference = {
        apiVersion: bucketKind.apiVersion,
        kind: 'Bucket',
        namespace: 'default',
        name,
      };
      await this.world.client.delete(reference);
      await this.world.until(reference, found => found === undefined, 60_000);
    }
    this.names.clear();
  }

  /** The files of an artifact that is in the store. */
  async filesOf(artifact: Artifact | undefined): Promise<Files> {
    const store = new FileArtifactStore({
      directory: path.join(this.world.directory, 'artifacts'),
    });
    return readArchive(await store.open(artifact!.digest));
  }
}

/** Content of files as text, by path. */
export function textOf(files: Files): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([name, content]) => [name, content.toString('utf8')]),
  );
}
