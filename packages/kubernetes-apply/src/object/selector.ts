import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { InvalidReferenceError } from '../errors/errors';
import { groupOf } from './metadata';

/**
 * Which objects a rule is for; what is left out matches all. Names are
 * regular expressions over the whole value; selectors are Kubernetes'.
 *
 * @public
 */
export interface ObjectSelector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

type Requirement = (map: Readonly<Record<string, unknown>>) => boolean;

/**
 * @throws InvalidReferenceError where the selector cannot be read
 * @public
 */
export function compileSelector(
  selector: ObjectSelector = {},
): (object: KubernetesObject) => boolean {
  const group = pattern(selector.group);
  const version = pattern(selector.version);
  const kind = pattern(selector.kind);
  const name = pattern(selector.name);
  const namespace = pattern(selector.namespace);
  const labels = requirements(selector.labelSelector);
  const annotations = requirements(selector.annotationSelector);
  return ({ apiVersion, kind: actualKind, metadata }) =>
    group(groupOf(apiVersion)) &&
    version(apiVersion.slice(apiVersion.indexOf('/') + 1)) &&
    kind(actualKind) &&
    name(metadata.name) &&
    namespace(metadata.namespace ?? '') &&
    labels.every(holds => holds(metadata.labels ?? {})) &&
    annotations.every(holds => holds(metadata.annotations ?? {}));
}

function pattern(text: string | undefined): (value: string) => boolean {
  if (!text) return () => true;
  // Most are plain names; only the rest needs a regular expression.
  if (/^[A-Za-z0-9-]+$/.test(text)) return value => value === text;
  if (text.length > 256) {
    throw new InvalidReferenceError('a pattern of a selector is too long');
  }
  try {
    const regex = new RegExp(`^(?:${text})$`);
    return value => value.length <= 253 && regex.test(value);
  } catch {
    throw new InvalidReferenceError(
      `"${text}" in a selector is not a regular expression`,
    );
  }
}

function requirements(text: string | undefined): Requirement[] {
  if (!text?.trim()) return [];
  // Commas separate, except within the parentheses of a set.
  return text.split(/,(?![^(]*\))/).map(part => requirement(part.trim()));
}

function requirement(text: string): Requirement {
  const set = /^([^\s!=]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key, operator, list] = set;
    const values = list.split(',').map(value => value.trim());
    const isListed: Requirement = map =>
      Object.hasOwn(map, key) && values.includes(String(map[key]));
    return operator === 'in' ? isListed : map => !isListed(map);
  }
  const equality = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/.exec(text);
  if (equality) {
    const [, key, operator, value] = equality;
    return map =>
      (Object.hasOwn(map, key) && map[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)\s*([^\s!=()]+)$/.exec(text);
  if (existence) {
    const [, not, key] = existence;
    return map => Object.hasOwn(map, key) === (not === '');
  }
  throw new InvalidReferenceError(`"${text}" is not a label selector`);
}
