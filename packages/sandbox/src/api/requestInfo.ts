/** What a URL and method ask for. */
export interface RequestInfo {
  path: string;
  query: URLSearchParams;
  verb: string;
  /** Set for URLs below `/api/v1` and `/apis/<group>/<version>`. */
  resource?: {
    group: string;
    version: string;
    plural: string;
    namespace: string;
    name: string;
    subresource: string;
  };
}

/** Reads method and URL as the API server does (apiserver 0.34, `requestinfo.go`). */
export function readRequestInfo(method: string, url: string): RequestInfo {
  const parsed = new URL(url, 'http://sandbox');
  const path = parsed.pathname;
  const query = parsed.searchParams;
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const resource = resourceOf(parts);
  return {
    path,
    query,
    resource,
    verb: resource
      ? resourceVerb(method, resource.name, query)
      : method.toLowerCase(),
  };
}

function resourceOf(parts: string[]): RequestInfo['resource'] {
  let group = '';
  let rest: string[];
  if (parts[0] === 'api' && parts.length > 2) {
    rest = parts.slice(1);
  } else if (parts[0] === 'apis' && parts.length > 3) {
    group = parts[1];
    rest = parts.slice(2);
  } else {
    return undefined;
  }
  const version = rest[0];
  let steps = rest.slice(1);
  let namespace = '';
  if (steps[0] === 'namespaces' && steps.length > 2) {
    const isSubresource = ['status', 'finalize'].includes(steps[2]);
    if (!isSubresource) {
      namespace = steps[1];
      steps = steps.slice(2);
    }
  }
  return {
    group,
    version,
    plural: steps[0] ?? '',
    namespace,
    name: steps[1] ?? '',
    subresource: steps.slice(2).join('/'),
  };
}

function resourceVerb(
  method: string,
  name: string,
  query: URLSearchParams,
): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name ? 'delete' : 'deletecollection';
    default: {
      const watch = query.get('watch');
      if (watch === 'true' || watch === '1' || watch === '') return 'watch';
      return name ? 'get' : 'list';
    }
  }
}
