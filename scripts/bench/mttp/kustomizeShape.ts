import { buffer } from 'node:stream/consumers';
import { startRegistry } from '@backstage-gitops/sandbox';
import { packArchive } from '../../../plugins/gitops-backend/src/artifacts/packArchive';
import {
  kustomization,
  kustomizationType,
  manifests,
  ociRepository,
  ociRepositoryType,
  REPOSITORY,
  Shape,
} from './shape';

/** Kustomizations, each with an OCIRepository of its own; all of one artifact. */
export async function startKustomizeShape(): Promise<Shape> {
  const registry = await startRegistry();
  const content = await buffer(
    packArchive([
      {
        path: 'podinfo.yaml',
        executable: false,
        content: Buffer.from(manifests()),
      },
    ]),
  );
  const mediaType = 'application/vnd.cncf.flux.content.v1.tar+gzip';
  await registry.push(
    REPOSITORY,
    { layers: [{ mediaType, content }] },
    'latest',
  );
  const each = (deliveries: number) => deliveries;
  return {
    shared: [],
    makes: [index => ociRepository(index, registry.address), kustomization],
    ready: [
      { ...kustomizationType, plural: 'kustomizations', count: each },
      { ...ociRepositoryType, plural: 'ocirepositories', count: each },
    ],
    runs: deliveries => 2 * deliveries,
    watchesDrift: true,
    stop: () => registry.stop(),
  };
}
