import {
  ArtifactGenerator,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';

/** What nothing but another spec can help. */
export interface SpecProblem {
  reason: string;
  message: string;
}

/** What the schema cannot say of a spec (Flux 2.9). */
export function checkSpec(
  { metadata, spec }: ArtifactGenerator,
  options: { noCrossNamespaceRefs: boolean },
): SpecProblem | undefined {
  const invalid = (message: string): SpecProblem => ({
    reason: Reason.ValidationFailed,
    message,
  });
  const aliases = new Set<string>();
  for (const { alias, kind, namespace, name } of spec.sources) {
    if (aliases.has(alias)) {
      return invalid(`duplicate source alias '${alias}' found`);
    }
    aliases.add(alias);
    if (
      options.noCrossNamespaceRefs &&
      namespace &&
      namespace !== (metadata.namespace ?? 'default')
    ) {
      return {
        reason: Reason.AccessDenied,
        message: `cross-namespace reference to source ${kind}/${namespace}/${name} is not allowed`,
      };
    }
  }
  const names = new Set<string>();
  for (const { name, revision } of spec.artifacts) {
    if (names.has(name)) {
      return invalid(`duplicate artifact name '${name}' found`);
    }
    names.add(name);
    const alias = revision?.replace(/^@/, '');
    if (alias && !aliases.has(alias)) {
      return invalid(
        `artifact ${name} revision source alias '${alias}' not found`,
      );
    }
  }
  return undefined;
}
