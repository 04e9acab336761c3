import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import {
  Artifact,
  OCIRepository,
  ociRepositoryKind,
  OCIRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { PushedImage } from '@backstage-gitops/sandbox';
import { readyOf, World } from '../../../../__testUtils__/world';
import { FileArtifactStore } from '../../../../artifacts/FileArtifactStore';
import { packArchive } from '../../../../artifacts/packArchive';
import { readArchive } from '../../../../artifacts/readArchive';

export const FLUX_LAYER = 'application/vnd.cncf.flux.content.v1.tar+gzip';
const FLUX_CONFIG = 'application/vnd.cncf.flux.config.v1+json';

/** What a test of OCI artifacts does in a {@link World}, whose portal must run. */
export class OciWorld {
  private requests = 0;

  constructor(readonly world: World) {}

  async secret(
    name: string,
    data: Record<string, string | Buffer>,
    type = 'Opaque',
  ): Promise<void> {
    await this.world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'default' },
      type,
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    });
  }

  /** A Secret of registries: their addresses, and what Docker says of them. */
  async pullSecret(name: string, auths: object): Promise<void> {
    await this.secret(
      name,
      { '.dockerconfigjson': JSON.stringify({ auths }) },
      'kubernetes.io/dockerconfigjson',
    );
  }

  /** Applies an OCIRepository, asks for a run, and gives it as that run left it. */
  async reconcile(
    name: string,
    spec: Omit<OCIRepositorySpec, 'interval'>,
  ): Promise<OCIRepository> {
    this.requests += 1;
    const requestedAt = `request-${this.requests}`;
    await this.world.apply<OCIRepository>({
      apiVersion: ociRepositoryKind.apiVersion,
      kind: 'OCIRepository',
      metadata: {
        name,
        namespace: 'default',
        annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt },
      },
      spec: { interval: '1h', ...spec },
    });
    return this.world.until<OCIRepository>(
      {
        apiVersion: ociRepositoryKind.apiVersion,
        kind: 'OCIRepository',
        namespace: 'default',
        name,
      },
      found =>
        found?.status?.lastHandledReconcileAt === requestedAt &&
        ['True', 'False'].includes(readyOf(found)?.status ?? ''),
      60_000,
    );
  }

  /** The bytes of an artifact that is in the store. */
  async contentOf(artifact: Artifact | undefined): Promise<Buffer> {
    const store = new FileArtifactStore({
      directory: path.join(this.world.directory, 'artifacts'),
    });
    return buffer(await store.open(artifact!.digest));
  }

  /** The files of an artifact that is in the store, as text by path. */
  async filesOf(
    artifact: Artifact | undefined,
  ): Promise<Record<string, string>> {
    const files = await readArchive(
      Readable.from([await this.contentOf(artifact)]),
    );
    return Object.fromEntries(
      [...files].map(([name, content]) => [name, content.toString('utf8')]),
    );
  }
}

export function conditionOf(object: OCIRepository, type: string) {
  return object.status?.conditions?.find(each => each.type === type);
}

/** Files as a layer holds them. */
export async function packFiles(
  files: Record<string, string>,
): Promise<Buffer> {
  return buffer(
    packArchive(
      Object.entries(files).map(([name, content]) => ({
        path: name,
        executable: false,
        content: Buffer.from(content),
      })),
    ),
  );
}

/** An artifact as `flux push artifact` makes it. */
export async function fluxArtifact(
  files: Record<string, string>,
  annotations?: Record<string, string>,
): Promise<PushedImage> {
  return {
    config: { mediaType: FLUX_CONFIG, content: Buffer.from('{}') },
    layers: [{ mediaType: FLUX_LAYER, content: await packFiles(files) }],
    ...(annotations && { annotations }),
  };
}
