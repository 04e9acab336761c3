import {
  Artifact,
  ConditionType,
  GitRepository,
  gitRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';

/** Another repository's artifact, and which part of it goes where. */
export interface IncludedArtifact {
  name: string;
  artifact: Artifact;
  /** Without slashes at the ends; empty: the whole artifact. */
  from: string;
  /** Without slashes at the ends; empty: the root. */
  to: string;
}

/**
 * The artifacts that `spec.include` names, as they are now.
 *
 * @throws SourceFetchError IncludeUnavailable, to be waited for
 */
export async function readIncludes(
  context: FetchContext<GitRepository>,
): Promise<IncludedArtifact[]> {
  const included: IncludedArtifact[] = [];
  for (const include of context.object.spec.include ?? []) {
    const { name } = include.repository;
    const repository = await context.home.get<GitRepository>({
      apiVersion: gitRepositoryKind.apiVersion,
      kind: gitRepositoryKind.kind,
      name,
    });
    if (!repository) {
      throw unavailable(
        Reason.NotFound,
        `could not get resource for include '${name}': GitRepository ${context.namespace}/${name} not found`,
      );
    }
    const artifact = repository.status?.artifact;
    if (!artifact) {
      throw unavailable(
        Reason.NoArtifact,
        `no artifact available for include '${name}'`,
      );
    }
    included.push({
      name,
      artifact,
      from: innerPath(include.fromPath ?? '', 'fromPath', name),
      to: innerPath(include.toPath || name, 'toPath', name),
    });
  }
  return included;
}

function unavailable(reason: string, message: string): SourceFetchError {
  return new SourceFetchError(message, {
    condition: ConditionType.IncludeUnavailable,
    reason,
    retry: 'wait',
  });
}

function innerPath(path: string, field: string, name: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.some(part => part === '..' || /[\0\\]/.test(part))) {
    throw new SourceFetchError(
      `${field} of include '${name}' leaves the artifact`,
      { reason: Reason.InvalidPath, retry: 'stall' },
    );
  }
  return parts.join('/');
}
