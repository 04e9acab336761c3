import {
  isJsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { pause, type Clock } from '../client/Clock';
import { DiscoveryUnavailableError, UnknownKindError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { groupOf } from '../object/metadata';

/** `group/Kind` of what the definitions in a set define. */
export function definedKinds(
  objects: readonly KubernetesObject[],
): Set<string> {
  const kinds = new Set<string>();
  for (const object of objects) {
    const { spec } = object;
    if (object.kind !== 'CustomResourceDefinition' || !isJsonObject(spec)) {
      continue;
    }
    const names = isJsonObject(spec.names) ? spec.names : {};
    kinds.add(`${spec.group}/${names.kind}`);
  }
  return kinds;
}

export function isDefined(
  kinds: ReadonlySet<string>,
  object: { apiVersion: string; kind: string },
): boolean {
  return kinds.has(`${groupOf(object.apiVersion)}/${object.kind}`);
}

/**
 * Runs `work` again for a while where a kind is not served yet although its
 * definition is established: API servers take it up a moment later, each in
 * its own time.
 */
export async function whileEstablishing<T>(
  work: () => Promise<T>,
  options: { clock: Clock; timeoutMs: number; signal?: AbortSignal },
): Promise<T> {
  const deadline = options.clock.now() + options.timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isNotServed(error) || options.clock.now() >= deadline) throw error;
    }
    await pause(options.clock, 500, options.signal);
  }
}

function isNotServed(error: unknown): boolean {
  return (
    error instanceof UnknownKindError ||
    // Listed, and its resources not there yet.
    error instanceof DiscoveryUnavailableError ||
    (error instanceof KubernetesApiError &&
      error.status === 404 &&
      error.reason !== 'NotFound')
  );
}
