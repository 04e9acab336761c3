import type {
  ClusterClient,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import { UnknownKindError } from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  parseManifests,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from './ActionError';

/**
 * An object of a release, with the namespace that it is in filled in.
 *
 * @public
 */
export interface ClusterObject {
  readonly object: KubernetesObject;
  readonly ref: ObjectRef;
  /** The same for all versions of its kind. */
  readonly key: string;
}

/**
 * Reads the objects of a manifest, in their order, for a cluster: lists are
 * flattened, objects of namespaced kinds get the namespace of the release.
 *
 * @throws ActionError `invalid-manifest`, `unknown-kind`
 * @public
 */
export async function readClusterObjects(
  manifest: string,
  options: {
    client: Pick<ClusterClient, 'resourceOf'>;
    namespace: string;
    /** What the manifest is of, for messages. */
    of: string;
  },
): Promise<ClusterObject[]> {
  const { client, namespace, of } = options;
  const objects: ClusterObject[] = [];
  for (const object of parse(manifest, of)) {
    const isNamespaced = await isInNamespace(object, client, of);
    const { namespace: own, ...metadata } = object.metadata;
    objects.push(
      clusterObject({
        ...object,
        metadata: isNamespaced
          ? { ...metadata, namespace: own || namespace }
          : metadata,
      }),
    );
  }
  return objects;
}

/** @public */
export function clusterObject(object: KubernetesObject): ClusterObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return {
    object,
    ref: { apiVersion, kind, name, ...(namespace ? { namespace } : {}) },
    key: `${kind}.${group}/${namespace ?? ''}/${name}`,
  };
}

/** Whether the API server gives it its name. */
export function hasGeneratedName({ object }: ClusterObject): boolean {
  const { name, generateName } = object.metadata as {
    name?: string;
    generateName?: string;
  };
  return generateName !== undefined && (!name || name === generateName);
}

function parse(manifest: string, of: string): KubernetesObject[] {
  try {
    return parseManifests(manifest).filter(isJsonObject);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ActionError(
      'invalid-manifest',
      `unable to build kubernetes objects from ${of}: ${error.message}`,
      { cause: error },
    );
  }
}

async function isInNamespace(
  { apiVersion, kind, metadata }: KubernetesObject,
  client: Pick<ClusterClient, 'resourceOf'>,
  of: string,
): Promise<boolean> {
  try {
    return (await client.resourceOf(apiVersion, kind)).namespaced;
  } catch (error) {
    if (!(error instanceof UnknownKindError)) throw error;
    throw new ActionError(
      'unknown-kind',
      `unable to build kubernetes objects from ${of}: no matches for kind "${kind}" in version "${apiVersion}" (of ${metadata.name}); install its CustomResourceDefinition first`,
      { cause: error },
    );
  }
}
