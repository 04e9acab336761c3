import { kindInfo } from '@backstage-gitops/kubernetes-schema';

/**
 * Group, version and kind; empty strings where unknown.
 *
 * @public
 */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/**
 * What identifies a resource in a build. `namespace` is as written; compare by
 * `key`, in which no namespace and `default` are the same, and cluster-scoped
 * kinds have none.
 *
 * @public
 */
export interface ResourceId extends GroupVersionKind {
  readonly name: string;
  readonly namespace: string;
  /** Certainly so: a built-in kind of Kubernetes 1.21, or `openapi` says it. */
  readonly clusterScoped: boolean;
  readonly effectiveNamespace: string;
  readonly key: string;
}

const NO_NAMESPACE = '_non_namespaceable_';
const DEFAULT_NAMESPACE = 'default';

/** Splits an API version. */
export function splitApiVersion(apiVersion: string): {
  group: string;
  version: string;
} {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : {
        group: apiVersion.slice(0, slash),
        version: apiVersion.slice(slash + 1),
      };
}

/** Joins group and version. */
export function apiVersionOf(gvk: GroupVersionKind): string {
  return gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version;
}

/** Makes an id. */
export function resourceId(options: {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
  /** Default: asked of the built-in kinds. */
  clusterScoped?: boolean;
}): ResourceId {
  const { apiVersion, kind, name, namespace } = options;
  const { group, version } = splitApiVersion(apiVersion);
  const clusterScoped =
    options.clusterScoped ?? isClusterScoped(apiVersion, kind);
  let effectiveNamespace = namespace || DEFAULT_NAMESPACE;
  if (clusterScoped) {
    effectiveNamespace = NO_NAMESPACE;
  }
  return {
    group,
    version,
    kind,
    name,
    namespace,
    clusterScoped,
    effectiveNamespace,
    key: `${apiVersion}\n${kind}\n${effectiveNamespace}\n${name}`,
  };
}

/** As kustomize prints it: `Deployment.v1.apps/web.[noNs]`. */
export function formatId(id: ResourceId): string {
  return `${formatGvk(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

/** As kustomize prints it: `Deployment.v1.apps`. */
export function formatGvk(gvk: GroupVersionKind): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${
    gvk.group || '[noGrp]'
  }`;
}

/** True where every part that the selector has is the same. */
export function isSelected(
  gvk: GroupVersionKind,
  selector: Partial<GroupVersionKind>,
): boolean {
  return (
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version) &&
    (!selector.kind || selector.kind === gvk.kind)
  );
}

function isClusterScoped(apiVersion: string, kind: string): boolean {
  return kindInfo(apiVersion, kind, { release: '1.21' })?.namespaced === false;
}
