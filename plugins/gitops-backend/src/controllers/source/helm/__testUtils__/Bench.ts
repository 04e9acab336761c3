import { buffer } from 'node:stream/consumers';
import { Chart, loadChartArchive } from '@backstage-gitops/helm';
import {
  Artifact,
  CommonStatus,
  GitopsObject,
  kindByName,
} from '@backstage-gitops/plugin-gitops-common';
import { FileArtifactStore } from '../../../../artifacts/FileArtifactStore';
import { packArchive } from '../../../../artifacts/packArchive';
import { readyOf, World } from '../../../../__testUtils__/world';

/** Milliseconds that only cost where something fails. */
export const PATIENCE = 90_000;

type Source = GitopsObject<object, CommonStatus & { artifact?: Artifact }>;

/** Applies objects to a world, and looks at what became of them. */
export class Bench {
  readonly store: FileArtifactStore;
  private asked = 0;

  constructor(readonly world: World) {
    this.store = new FileArtifactStore({
      directory: `${world.directory}/artifacts`,
    });
  }

  refOf(kind: string, name: string) {
    const { apiVersion } = kindByName(kind)!;
    return { apiVersion, kind, namespace: 'default', name };
  }

  /** Applies an object; waits until the run that this asks for is over. */
  async reconcile<T extends GitopsObject>(
    kind: string,
    name: string,
    spec: T['spec'],
    metadata: { annotations?: Record<string, string> } = {},
  ): Promise<T> {
    const request = `request-${++this.asked}`;
    await this.apply(kind, name, spec as object, {
      annotations: {
        'reconcile.fluxcd.io/requestedAt': request,
        ...metadata.annotations,
      },
    });
    return this.world.until<T>(
      this.refOf(kind, name),
      object =>
        (object?.status as CommonStatus | undefined)?.lastHandledReconcileAt ===
          request && readyOf(object!)?.status !== 'Unknown',
      PATIENCE,
    );
  }

  async apply(
    kind: string,
    name: string,
    spec: object,
    metadata: { annotations?: Record<string, string> } = {},
  ): Promise<void> {
    const { apiVersion, namespace } = this.refOf(kind, name);
    await this.world.apply({
      ...{ apiVersion, kind, spec },
      metadata: { ...{ name, namespace }, ...metadata },
    } as unknown as GitopsObject);
  }

  async secret(name: string, data: Record<string, string>): Promise<void> {
    await this.world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'default' },
      stringData: data,
    } as unknown as GitopsObject);
  }

  /** A source whose artifact holds these files, made by nobody. */
  async sourceOf(
    kind: 'GitRepository' | 'Bucket' | 'OCIRepository',
    name: string,
    files: Record<string, string | Uint8Array>,
    revision = 'main@sha1:0123456789abcdef0123456789abcdef01234567',
    metadata?: Record<string, string>,
  ): Promise<void> {
    const entries = Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]) => ({
        path,
        executable: false,
        content: Buffer.from(content),
      }));
    const { digest, size } = await this.store.put(packArchive(entries));
    const specs = {
      GitRepository: { url: 'https://git.test/a' },
      Bucket: { bucketName: 'bucket', endpoint: 's3.test' },
      OCIRepository: { url: 'oci://registry.test/a' },
    };
    await this.apply(kind, name, {
      ...{ interval: '1h', suspend: true },
      ...specs[kind],
    });
    await this.world.client.patch(this.refOf(kind, name), {
      type: 'merge',
      subresource: 'status',
      fieldManager: 'backstage-gitops',
      body: {
        status: {
          artifact: {
            ...{ digest, size, revision, metadata },
            path: `x/default/${name}/a.tar.gz`,
            url: 'http://portal/artifact',
            lastUpdateTime: '2026-01-02T03:04:05Z',
          },
        },
      },
    });
  }

  async archiveOf({ status }: Source): Promise<Buffer> {
    return buffer(await this.store.open(status!.artifact!.digest));
  }

  async chartOf(object: GitopsObject): Promise<Chart> {
    return loadChartArchive(await this.archiveOf(object as Source));
  }
}

export function conditionOf(object: GitopsObject, type: string) {
  return (object.status as CommonStatus).conditions?.find(
    each => each.type === type,
  );
}
