import {
  ClusterClient,
  DeleteOptions,
  ObjectRef,
  PatchOptions,
  WriteOptions,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Home } from '../../homes/Home';

/** What clients were asked to write, and what the API server answers. */
export interface ClientRecords {
  readonly patches: { home: string; ref: ObjectRef; options: PatchOptions }[];
  readonly creations: {
    home: string;
    as?: string;
    object: KubernetesObject;
    options?: WriteOptions;
  }[];
  readonly deletions: {
    home: string;
    ref: ObjectRef;
    options?: DeleteOptions;
  }[];
  /** The answer to every write, where there is one. */
  readonly refusal: Error | undefined;
  home(name: string): Home;
}

/** No more of an API server than the actions need: it merges patches. */
export function recordingClient(
  home: string,
  records: ClientRecords,
  impersonated?: string,
): ClusterClient {
  const neverAsked = async () => {
    throw new Error('the API only writes');
  };
  const answer = <T>(value: T): T => {
    if (records.refusal) {
      throw records.refusal;
    }
    return value;
  };
  return {
    server: 'https://home.example',
    as: ({ user }) => recordingClient(home, records, user),
    onBehalfOf: () => recordingClient(home, records),
    guardedBy: () => recordingClient(home, records),
    resourceOf: neverAsked,
    versionsOf: neverAsked,
    get: neverAsked,
    list: neverAsked,
    watch: neverAsked,
    create: async <T>(object: KubernetesObject, options?: WriteOptions) => {
      records.creations.push({ home, as: impersonated, object, options });
      return answer(object as T);
    },
    replace: neverAsked,
    apply: neverAsked,
    delete: async (ref, options) => {
      records.deletions.push({ home, ref, options });
      return answer(true);
    },
    raw: neverAsked,
    close: async () => {},
    patch: async <T>(ref: ObjectRef, options: PatchOptions) => {
      records.patches.push({ home, ref, options });
      const object = records.home(home).cache.get({
        kind: ref.kind,
        namespace: ref.namespace ?? 'default',
        name: ref.name,
      });
      return answer(merge(object, options.body) as T);
    },
  };
}

/** JSON merge patch, RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result: Record<string, unknown> = {
    ...(typeof target === 'object' ? target : {}),
  };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[name];
    } else {
      result[name] = merge(result[name], value);
    }
  }
  return result;
}
