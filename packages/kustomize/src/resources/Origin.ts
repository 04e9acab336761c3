import {
  YamlError,
  parseYaml,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { cleanPath } from '../files/paths';
import { KustomizeError } from '../KustomizeError';
import { Resource } from './Resource';
import { formatId } from './ResourceId';

/** Where `originAnnotations` of `buildMetadata` are written. */
export const ORIGIN_ANNOTATION = 'config.kubernetes.io/origin';
/** Where `transformerAnnotations` of `buildMetadata` are written. */
export const TRANSFORMATIONS_ANNOTATION =
  'alpha.config.kubernetes.io/transformations';

/**
 * Where a resource came from, or what changed it, as the annotations
 * `config.kubernetes.io/origin` and `alpha.config.kubernetes.io/transformations`
 * tell it. Paths are relative to the directory that is built.
 *
 * @public
 */
export interface Origin {
  path?: string;
  /** The repository that a remote resource came from. */
  repo?: string;
  ref?: string;
  configuredIn?: string;
  configuredBy?: {
    apiVersion?: string;
    kind?: string;
    name?: string;
    namespace?: string;
  };
}

/** A path further in, joined as Go does: relative, with `..` in front. */
export function joinOrigin(origin: Origin, path: string): Origin {
  return { ...origin, path: joinRelative(origin.path ?? '', path) };
}

function joinRelative(base: string, path: string): string {
  const joined = [base, path].filter(part => part !== '').join('/');
  if (joined === '') {
    return '';
  }
  if (joined.startsWith('/')) {
    return cleanPath(joined);
  }
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/') || '.';
}

/** What a plugin of the kustomization file leaves on what it makes or changes. */
export function builtInOrigin(
  origin: Origin,
  fileName: string,
  kind: string,
): Origin {
  const { path, ...repository } = origin;
  return {
    ...repository,
    configuredIn: joinRelative(path ?? '', fileName),
    configuredBy: { apiVersion: 'builtin', kind },
  };
}

/** The same for a plugin that a resource configures. */
export function pluginOrigin(plugin: Resource): Origin | undefined {
  const origin = readOrigin(plugin);
  if (!origin) {
    return undefined;
  }
  const { path, repo, ref } = origin;
  const { apiVersion, kind, name, namespace } = plugin;
  return {
    repo,
    ref,
    configuredIn: path,
    configuredBy: { apiVersion, kind, name, namespace },
  };
}

/** Writes where a resource came from. */
export function setOrigin(resource: Resource, origin: Origin): void {
  resource.setAnnotation(ORIGIN_ANNOTATION, toYaml(ordered(origin)));
}

/** For what a generator made: an origin of its own stays. */
export function setGeneratedOrigin(
  resource: Resource,
  origin: Origin | undefined,
): void {
  if (origin && !resource.annotations().has(ORIGIN_ANNOTATION)) {
    setOrigin(resource, origin);
  }
}

/**
 * Notes a transformer on every resource, as often as it ran. What has no origin
 * yet is taken for made by it, as in kustomize.
 */
export function addTransformation(
  resources: Iterable<Resource>,
  origin: Origin | undefined,
  times = 1,
): void {
  if (!origin) {
    return;
  }
  for (const resource of resources) {
    let noted = times;
    if (!resource.annotations().has(ORIGIN_ANNOTATION)) {
      setOrigin(resource, origin);
      noted -= 1;
    }
    if (noted === 0) {
      continue;
    }
    const before = readAnnotation(resource, TRANSFORMATIONS_ANNOTATION);
    const list = Array.isArray(before) ? (before as Origin[]) : [];
    resource.setAnnotation(
      TRANSFORMATIONS_ANNOTATION,
      toYaml([...list, ...Array<Origin>(noted).fill(origin)].map(ordered)),
    );
  }
}

function readOrigin(resource: Resource): Origin | undefined {
  const value = readAnnotation(resource, ORIGIN_ANNOTATION);
  return value === undefined ? undefined : ((value ?? {}) as Origin);
}

function readAnnotation(resource: Resource, name: string): unknown {
  const text = resource.annotations().get(name);
  if (text === undefined) {
    return undefined;
  }
  try {
    return parseYaml(text, { duplicateKeys: 'last' });
  } catch (error) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem: `the annotation ${name} is not YAML`,
      object: formatId(resource.currentId()),
      cause: error instanceof YamlError ? error : undefined,
    });
  }
}

/** Fields in the order they are written; empty ones are left out. */
function ordered(origin: Origin): Origin {
  const { path, repo, ref, configuredIn, configuredBy } = origin;
  const { apiVersion, kind, name, namespace } = configuredBy ?? {};
  const by = { apiVersion, kind, name, namespace };
  return withoutEmpty({
    path,
    repo,
    ref,
    configuredIn,
    configuredBy: Object.values(by).some(Boolean)
      ? withoutEmpty(by)
      : undefined,
  });
}

function withoutEmpty<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, item]) => item !== undefined && item !== '',
    ),
  ) as T;
}

function toYaml(value: Origin | Origin[]): string {
  return stringifyYaml(value, { sortKeys: false });
}
