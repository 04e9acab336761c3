import { Release } from '@backstage-gitops/helm';
import {
  ClusterObject,
  readClusterObjects,
  withOwner,
} from '@backstage-gitops/helm/actions';
import {
  ClusterClient,
  compileSelector,
  IgnoreRule,
  mapConcurrent,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  FieldManager,
  FluxAnnotation,
  hasSwitch,
} from '@backstage-gitops/plugin-gitops-common';
import { patchBetween, PatchOperation, withoutPaths } from './patchBetween';

/** An object of a release that is not as its manifest says. */
export type ObjectDrift =
  | { type: 'removed'; object: KubernetesObject; ref: ObjectRef }
  | {
      type: 'changed';
      object: KubernetesObject;
      ref: ObjectRef;
      /** What makes it again as it should be. */
      operations: PatchOperation[];
      /** Of the object that these are for. */
      resourceVersion?: string;
    }
  /** It is not looked at, by its own wish or by a rule. */
  | { type: 'excluded'; object: KubernetesObject; ref: ObjectRef };

const CONCURRENT = 8;

/**
 * What of a cluster is not as the manifest of a release says, found by dry runs of
 * server-side applies (helm-controller 1.6). Labels and annotations count where they
 * are missing or others, status and the rest of the metadata do not. Undefined
 * where nothing has drifted.
 *
 * @throws ActionError where the manifest cannot be read; what the cluster answers
 */
export async function findDrift(
  release: Release,
  options: {
    client: ClusterClient;
    ignore?: readonly IgnoreRule[];
    signal: AbortSignal;
  },
): Promise<ObjectDrift[] | undefined> {
  const { client, ignore = [], signal } = options;
  const objects = withOwner(
    await readClusterObjects(release.manifest, {
      ...{ client, namespace: release.namespace },
      of: 'the manifest of the release',
    }),
    release,
  );
  const rules = ignore.map(({ paths, target }) => ({
    paths,
    isFor: compileSelector(target),
  }));
  const found = await mapConcurrent(objects, CONCURRENT, one =>
    driftOf(one, {
      ...{ client, signal },
      ignored: rules
        .filter(({ isFor }) => isFor(one.object))
        .flatMap(({ paths }) => paths),
    }),
  );
  const drift = found.flatMap(one => one ?? []);
  return drift.some(({ type }) => type !== 'excluded') ? drift : undefined;
}

async function driftOf(
  { object, ref }: ClusterObject,
  options: {
    client: ClusterClient;
    ignored: readonly string[];
    signal: AbortSignal;
  },
): Promise<ObjectDrift | undefined> {
  const { client, ignored, signal } = options;
  if (isExempt(object) || ignored.includes('')) {
    return { type: 'excluded', object, ref };
  }
  const live = await client.get<KubernetesObject>(ref, { signal });
  if (!live) {
    return { type: 'removed', object, ref };
  }
  if (isExempt(live)) {
    return { type: 'excluded', object, ref };
  }
  const wanted = await client.apply<KubernetesObject>(object, {
    ...{ fieldManager: FieldManager.helm, force: true, dryRun: true, signal },
  });
  const before = withoutPaths(live, ignored);
  const after = withoutPaths(wanted, ignored);
  const operations = [
    ...patchBetween(marksOf(before), marksOf(after)).filter(
      ({ op }) => op !== 'remove',
    ),
    ...patchBetween(contentOf(before), contentOf(after)),
  ];
  return operations.length > 0
    ? {
        ...{ type: 'changed', object, ref, operations },
        resourceVersion: live.metadata.resourceVersion,
      }
    : undefined;
}

function isExempt({ metadata }: KubernetesObject): boolean {
  return [metadata.labels, metadata.annotations].some(values =>
    hasSwitch(values, FluxAnnotation.driftDetection, 'disabled'),
  );
}

function marksOf({ metadata }: KubernetesObject): JsonObject {
  const { labels, annotations } = metadata;
  return {
    metadata: {
      ...(annotations && { annotations }),
      ...(labels && { labels }),
    },
  };
}

function contentOf(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object;
  return rest as JsonObject;
}
