import { LookupQuery, RenderError } from '@backstage-gitops/helm';
import {
  ClusterClient,
  ClusterError,
  KubernetesApiError,
  UnknownKindError,
} from '@backstage-gitops/kubernetes-apply';

/** Lists are objects of templates: more of them is no use of a template. */
const MAX_ITEMS = 10_000;

/**
 * What `lookup` of templates finds in a cluster (Helm 4.2): an object, or a list
 * without a name; null where there is none, or where the version has no such kind.
 *
 * @throws RenderError `lookup-failed` where the cluster refuses it or has no such
 * version; ClusterError where it does not answer
 */
export async function lookUp(
  { apiVersion, kind, namespace, name }: LookupQuery,
  options: {
    client: Pick<ClusterClient, 'get' | 'list'>;
    /** That the cluster serves. */
    apiVersions: readonly string[];
    signal: AbortSignal;
  },
): Promise<object | null> {
  const { client, apiVersions, signal } = options;
  const query = { apiVersion, kind, namespace: namespace || undefined };
  try {
    if (name !== '') {
      return (await client.get({ ...query, name }, { signal })) ?? null;
    }
    const list = await client.list({ ...query, maxItems: MAX_ITEMS, signal });
    if (list.truncated) {
      throw new RenderError(
        'lookup-failed',
        `there are more than ${MAX_ITEMS} objects of kind ${kind}; name one, or a namespace`,
      );
    }
    const { items, resourceVersion } = list;
    return {
      ...{ apiVersion, kind: `${kind}List`, metadata: { resourceVersion } },
      items,
    };
  } catch (error) {
    if (error instanceof UnknownKindError) {
      if (apiVersions.includes(apiVersion)) {
        return null;
      }
      throw new RenderError(
        'lookup-failed',
        `unable to get apiresource from unstructured: ${apiVersion}, Kind=${kind}: the server could not find the requested resource; guard it by .Capabilities.APIVersions.Has`,
      );
    }
    if (isRefusal(error)) {
      throw new RenderError('lookup-failed', error.message, { cause: error });
    }
    throw error;
  }
}

/** The server has decided; to ask again is of no use. */
function isRefusal(error: unknown): error is ClusterError {
  return (
    error instanceof KubernetesApiError &&
    ['forbidden', 'bad-request', 'invalid', 'unauthorized'].includes(error.code)
  );
}
