import {
  Artifact,
  externalArtifactKind,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactNotFoundError } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactReader } from '../../artifacts/ArtifactReader';
import { ArchiveFiles } from '../../artifacts/readArchive';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { ExternalArtifacts } from './ExternalArtifacts';

/**
 * The files of an artifact, from the store; what others keep is fetched into it first.
 *
 * @throws ArtifactNotFoundError where it is gone
 */
export async function readArtifact(
  { object, signal }: ReconcileRun<Kustomization>,
  artifact: Artifact,
  {
    artifacts,
    external,
  }: { artifacts: ArtifactReader; external: ExternalArtifacts },
): Promise<ArchiveFiles> {
  try {
    return await artifacts.read(artifact.digest);
  } catch (error) {
    if (
      !(error instanceof ArtifactNotFoundError) ||
      object.spec.sourceRef.kind !== externalArtifactKind.kind
    ) {
      throw error;
    }
  }
  await external.fetch(artifact, signal);
  return artifacts.read(artifact.digest);
}
