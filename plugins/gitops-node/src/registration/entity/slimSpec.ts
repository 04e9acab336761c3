import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { kindByName, GitopsKind } from '@backstage-gitops/plugin-gitops-common';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { HomeNaming, publishedNameOf } from './entityName';

/**
 * All that the catalog holds of a GitOps object's spec: references, as full
 * entity references, and what catalog pages show of any entity.
 *
 * @public
 */
export interface SlimSpec {
  /** The controller that the kind belongs to, such as `source`. */
  type: string;
  owner?: string;
  /** Component that the delivery belongs to. */
  component?: string;
  /** Where its content comes from. */
  sources?: string[];
  /** What must be ready first, or is referred to otherwise. */
  dependsOn?: string[];
  [key: string]: string | string[] | undefined;
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Where in a spec references stand; a list stands for each of its items. */
interface ReferencePath {
  path: readonly string[];
  relation: 'sources' | 'dependsOn';
  /** Kind of what is referred to; the reference names it where this is absent. */
  kind?: string;
}

const SOURCE: ReferencePath = { path: ['sourceRef'], relation: 'sources' };

/** By kind (Flux 2.9). Secrets and ConfigMaps are no entities. */
const REFERENCES: Readonly<Record<string, readonly ReferencePath[]>> = {
  GitRepository: [
    {
      path: ['include', 'repository'],
      relation: 'sources',
      kind: 'GitRepository',
    },
  ],
  HelmChart: [SOURCE],
  ExternalArtifact: [SOURCE],
  ArtifactGenerator: [{ path: ['sources'], relation: 'sources' }],
  Kustomization: [
    SOURCE,
    { path: ['dependsOn'], relation: 'dependsOn', kind: 'Kustomization' },
  ],
  HelmRelease: [
    { path: ['chartRef'], relation: 'sources' },
    { path: ['chart', 'spec', 'sourceRef'], relation: 'sources' },
    { path: ['dependsOn'], relation: 'dependsOn', kind: 'HelmRelease' },
  ],
  ImagePolicy: [
    {
      path: ['imageRepositoryRef'],
      relation: 'sources',
      kind: 'ImageRepository',
    },
  ],
  ImageUpdateAutomation: [SOURCE],
  Alert: [{ path: ['providerRef'], relation: 'dependsOn', kind: 'Provider' }],
};

/**
 * Makes the slim spec of an object; reads nothing but names of references.
 *
 * @public
 */
export function slimSpecOf(options: {
  kind: GitopsKind;
  spec: JsonValue | undefined;
  namespace: string;
  home?: HomeNaming;
  owner?: string;
  component?: string;
}): SlimSpec {
  const { kind, namespace, home } = options;
  const result: SlimSpec = { type: kind.controller };
  if (options.owner) {
    result.owner = options.owner;
  }
  if (options.component) {
    result.component = options.component;
  }
  for (const reference of REFERENCES[kind.kind] ?? []) {
    for (const found of valuesAt(options.spec, reference.path)) {
      const ref = entityRefFor(found, reference.kind, namespace, home);
      const list = result[reference.relation] ?? [];
      if (ref && !list.includes(ref)) {
        result[reference.relation] = [...list, ref];
      }
    }
  }
  return result;
}

const REFERENCE = /^(?:([^:/\s]+):)?(?:([^:/\s]+)\/)?([^:/\s]+)$/;

/**
 * A reference in full and in lower case, as Backstage compares them; undefined
 * for what is none.
 *
 * @public
 */
export function fullEntityRef(
  text: JsonValue | undefined,
  defaultKind: string,
): string | undefined {
  const match =
    typeof text === 'string' ? REFERENCE.exec(text.trim()) : undefined;
  if (!match) {
    return undefined;
  }
  const [, kind = defaultKind, namespace = 'default', name] = match;
  return `${kind}:${namespace}/${name}`.toLowerCase();
}

function entityRefFor(
  reference: JsonObject,
  kindName: string | undefined,
  objectNamespace: string,
  home: HomeNaming | undefined,
): string | undefined {
  const kind = kindByName(kindName ?? textOf(reference, 'kind') ?? '')?.kind;
  const name = textOf(reference, 'name');
  const namespace = textOf(reference, 'namespace') || objectNamespace;
  if (!kind || !name || !NAME.test(name) || !NAMESPACE.test(namespace)) {
    return undefined;
  }
  return stringifyEntityRef({
    kind,
    namespace,
    name: publishedNameOf(home, name),
  });
}

function textOf(from: JsonObject, field: string): string | undefined {
  const value = getOwn(from, field);
  return typeof value === 'string' ? value : undefined;
}

function valuesAt(
  value: JsonValue | undefined,
  path: readonly string[],
): JsonObject[] {
  if (Array.isArray(value)) {
    return value.flatMap(item => valuesAt(item, path));
  }
  if (!isJsonObject(value)) {
    return [];
  }
  const [first, ...rest] = path;
  return first === undefined ? [value] : valuesAt(getOwn(value, first), rest);
}
