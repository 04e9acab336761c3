import { hash } from 'node:crypto';
import {
  Artifact,
  ArtifactGenerator,
  ArtifactGeneratorSource,
  GitopsObject,
  kindByName,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { ObjectReference } from '../../../homes/ObjectReference';

/** Where the artifact of a source says what it was made of. */
export const ORIGIN_REVISION = 'org.opencontainers.image.revision';

const KINDS = [
  'Bucket',
  'GitRepository',
  'OCIRepository',
  'HelmChart',
  'ExternalArtifact',
];

/** The object that a source names. */
export function sourceReference(
  object: ArtifactGenerator,
  source: ArtifactGeneratorSource,
): ObjectReference {
  return {
    kind: source.kind,
    namespace: source.namespace || object.metadata.namespace || 'default',
    name: source.name,
  };
}

/**
 * The artifacts of all sources, by alias, as they are now.
 *
 * @throws Error where one is not there, or has none
 */
export async function observeSources(
  object: ArtifactGenerator,
  home: Home,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Artifact>> {
  const artifacts = new Map<string, Artifact>();
  for (const source of object.spec.sources) {
    const reference = sourceReference(object, source);
    const { kind, namespace, name } = reference;
    const definition = KINDS.includes(kind) ? kindByName(kind) : undefined;
    if (!definition) {
      throw new Error(`source '${name}' kind '${kind}' not supported`);
    }
    const { apiVersion, plural, group } = definition;
    const found = await home.read<
      GitopsObject<object, { artifact?: Artifact }>
    >({ ...reference, apiVersion }, { signal });
    if (!found) {
      throw new Error(`${plural}.${group} "${name}" not found`);
    }
    const artifact = found.status?.artifact;
    if (!artifact) {
      throw new Error(`source '${kind}/${namespace}/${name}' is not ready`);
    }
    artifacts.set(source.alias, artifact);
  }
  return artifacts;
}

/** Changes with any of the artifacts. Their addresses do not count: ours expire. */
export function sourcesDigest(
  artifacts: ReadonlyMap<string, Artifact>,
): string {
  const parts = [...artifacts]
    .map(
      ([alias, { digest, revision, path }]) =>
        `${alias}=[digest=${digest},revision=${revision},path=${path}]`,
    )
    .sort();
  return `sha256:${hash('sha256', parts.join('|'))}`;
}
