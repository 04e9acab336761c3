import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ConnectionError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import type { ApiRequest } from './ApiConnection';
import type { ListOptions, ListResult } from './ClusterClient';
import type { HttpResponse } from './HttpTransport';
import { METADATA_LIST_TYPE } from './mediaTypes';
import { withQuery } from './paths';
import { asKind } from './watchStream';

/**
 * Reads a list page by page. A page token that expired in between makes the
 * whole list start again, in one page, as Kubernetes' own clients do; a list
 * that is bounded ends there.
 */
export async function listAll(
  options: ListOptions & {
    path: string;
    send(request: Omit<ApiRequest, 'turn'>): Promise<HttpResponse>;
  },
): Promise<ListResult<KubernetesObject>> {
  try {
    return await readPages(options, options.limit ?? 500);
  } catch (error) {
    const expired =
      error instanceof KubernetesApiError && error.code === 'gone';
    if (!expired) throw error;
    if (options.maxItems !== undefined) {
      return { items: [], resourceVersion: '', truncated: true };
    }
    return readPages(options, 0);
  }
}

async function readPages(
  options: Parameters<typeof listAll>[0],
  limit: number,
): Promise<ListResult<KubernetesObject>> {
  const items: KubernetesObject[] = [];
  const where = `list ${options.kind}${
    options.namespace ? ` in ${options.namespace}` : ''
  }`;
  const seen = new Set<string>();
  for (let token = ''; ;) {
    const response = await options.send({
      method: 'GET',
      path: withQuery(options.path, {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: limit > 0 ? String(limit) : undefined,
        continue: token,
      }),
      where,
      headers: options.metadataOnly ? { Accept: METADATA_LIST_TYPE } : {},
      retry: true,
      signal: options.signal,
    });
    const page = readPage(response, where, options);
    for (const item of page.items) items.push(item);
    token = page.token;
    const { resourceVersion } = page;
    if (!token) return { items, resourceVersion };
    if (items.length + page.remaining > (options.maxItems ?? Infinity)) {
      return { items, resourceVersion, truncated: true };
    }
    if (seen.has(token)) {
      throw new ConnectionError({
        where,
        server: 'the API server',
        cause: new Error('it gave the same page twice'),
      });
    }
    seen.add(token);
  }
}

function readPage(
  response: HttpResponse,
  where: string,
  kind: { apiVersion: string; kind: string },
) {
  const list = parseJson(response.text);
  if (!isJsonObject(list) || !isJsonObject(list.metadata)) {
    throw new ConnectionError({
      where,
      server: 'the API server',
      cause: new Error('the answer is not a list'),
    });
  }
  const items = Array.isArray(list.items) ? list.items : [];
  const { remainingItemCount } = list.metadata;
  return {
    items: items.filter(isJsonObject).map(item => asKind(item, kind)),
    /** At least; lists with a selector do not say. */
    remaining: typeof remainingItemCount === 'number' ? remainingItemCount : 1,
    token: String(list.metadata.continue ?? ''),
    resourceVersion: String(list.metadata.resourceVersion ?? ''),
  };
}
