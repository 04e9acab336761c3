import { InvalidReferenceError } from '../errors/errors';
import type { ResourceInfo } from './ClusterClient';

/** `{group, version}` of an apiVersion; the core group is empty. */
export function parseApiVersion(apiVersion: string): {
  group: string;
  version: string;
} {
  const parts = apiVersion.split('/');
  const [group, version] = parts.length === 1 ? ['', parts[0]] : parts;
  const valid =
    parts.length <= 2 &&
    /^[a-z0-9]+$/i.test(version) &&
    (parts.length === 1 || /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(group));
  if (!valid) {
    throw new InvalidReferenceError(`"${apiVersion}" is not an apiVersion`);
  }
  return { group, version };
}

export function groupVersionPath(group: string, version: string): string {
  return group ? `/apis/${group}/${version}` : `/api/${version}`;
}

/** The URL path of a collection, an object or a subresource. */
export function resourcePath(
  resource: ResourceInfo,
  options: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const { namespace, name, subresource } = options;
  const parts = [groupVersionPath(resource.group, resource.version)];
  if (resource.namespaced && namespace) {
    parts.push('namespaces', segment(namespace, 'namespace'));
  }
  parts.push(resource.plural);
  if (name !== undefined) parts.push(segment(name, 'name'));
  if (subresource) parts.push(segment(subresource, 'subresource'));
  return parts.join('/');
}

/**
 * A value as one path segment. Kubernetes forbids `/`, `%`, `.` and `..` in
 * names; letting them through would address something else.
 */
function segment(value: string, what: string): string {
  if (
    typeof value !== 'string' ||
    value === '' ||
    value === '.' ||
    value === '..' ||
    /[/%]/.test(value) ||
    value.length > 253
  ) {
    throw new InvalidReferenceError(
      `${what} ${JSON.stringify(String(value).slice(0, 100))} is not valid in Kubernetes`,
    );
  }
  return encodeURIComponent(value);
}

export function withQuery(
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, value);
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}
