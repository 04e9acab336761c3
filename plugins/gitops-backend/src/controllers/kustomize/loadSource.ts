import {
  Artifact,
  CommonStatus,
  FluxAnnotation,
  formatObject,
  GitopsObject,
  kindByName,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { ObjectReference } from '../../homes/ObjectReference';

/** The source that a Kustomization names, with the namespace filled in. */
export function sourceReference(object: Kustomization): ObjectReference {
  const { kind, name, namespace } = object.spec.sourceRef;
  return {
    kind,
    name,
    namespace: namespace ?? object.metadata.namespace ?? 'default',
  };
}

/** What became of looking for a source. */
export type LoadedSource =
  | { type: 'found'; source: GitopsObject; artifact: Artifact }
  /** Another namespace, and those are forbidden: only the object can change it. */
  | { type: 'denied'; message: string }
  /** It is not there; somebody has to create it. */
  | { type: 'missing'; message: string }
  /** It is there and has nothing to deliver yet. */
  | { type: 'empty'; message: string }
  /** It was made just now, and nobody has looked after it so far. */
  | { type: 'new'; until: number };

/** Seconds between two looks for what is not there yet (Flux: `--requeue-dependency`). */
export const DEPENDENCY_RETRY_SECONDS = 30;

/** How long a source that was made just now may stand in the queue. */
const NEW_SOURCE_MS = 60_000;

/**
 * Reads the source of a Kustomization as the watch shows it: what is newer comes
 * by the same watch, and wakes the Kustomization then.
 */
export async function loadSource(options: {
  home: Home;
  object: Kustomization;
  noCrossNamespaceRefs: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  signal?: AbortSignal;
}): Promise<LoadedSource> {
  const { home, object } = options;
  const reference = sourceReference(object);
  const described = formatObject(reference);
  if (
    options.noCrossNamespaceRefs &&
    reference.namespace !== (object.metadata.namespace ?? 'default')
  ) {
    return {
      type: 'denied',
      message: `can't access '${described}', cross-namespace references have been blocked`,
    };
  }
  const kind = kindByName(reference.kind);
  const source =
    kind?.producesArtifact &&
    (await home.readWatched<
      GitopsObject<object, CommonStatus & { artifact?: Artifact }>
    >(
      { ...reference, apiVersion: kind.apiVersion },
      { signal: options.signal },
    ));
  if (!source) {
    return { type: 'missing', message: `Source '${described}' not found` };
  }
  const artifact = source.status?.artifact;
  if (!artifact) {
    const until =
      Date.parse(source.metadata.creationTimestamp ?? '') + NEW_SOURCE_MS;
    const { suspend } = source.spec as { suspend?: boolean };
    const isUntouched = !suspend && source.status?.conditions === undefined;
    if (isUntouched && until > options.now) {
      return { type: 'new', until };
    }
    return {
      type: 'empty',
      message: `Source artifact not found, retrying in ${DEPENDENCY_RETRY_SECONDS}s`,
    };
  }
  return { type: 'found', source, artifact };
}

/** The request that an object carries, if it carries one. */
export function requestedAtOf(object: GitopsObject): string | undefined {
  return object.metadata.annotations?.[FluxAnnotation.requestedAt];
}
