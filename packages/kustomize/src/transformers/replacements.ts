import {
  SpelledScalar,
  readPlainScalar,
} from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError, within } from '../KustomizeError';
import { splitFieldPath } from '../fields/fieldPath';
import { findPart, replacePart } from '../fields/delimitedText';
import { UNTYPED, findField, findFields } from '../fields/findFields';
import { stringOf } from '../fields/sharedFields';
import { replaceInText } from '../fields/structuredText';
import {
  YamlNode,
  cloneNode,
  isMap,
  isMissing,
  isScalar,
  textOf,
} from '../fields/YamlNode';
import { FieldSlot } from '../fields/visitField';
import { Selector } from '../kustomization/Kustomization';
import {
  FieldOptions,
  Replacement,
  ReplacementTarget,
} from '../kustomization/readReplacements';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { ResourceId, formatId, isSelected } from '../resources/ResourceId';
import { compileLabelSelector } from '../resources/labelSelector';
import { compileWhole } from '../resources/selectResources';

const DEFAULT_FIELD_PATH = 'metadata.name';

/**
 * Copies values from one resource into fields of others.
 *
 * @throws KustomizeError
 */
export function replace(
  resources: ResourceList,
  replacements: readonly Replacement[],
  budget: Budget,
): void {
  replacements.forEach((replacement, i) => {
    within({ doing: `replacements[${i}]` }, () => {
      budget.takeMatches(resources.size);
      const value = sourceValue(resources, replacement);
      for (const target of replacement.targets) {
        budget.takeMatches(
          resources.size *
            (1 + target.fieldPaths.length + target.reject.length),
        );
        applyTo(resources, target, value, budget);
      }
    });
  });
  resources.changed();
}

function fail(
  code: 'no-match' | 'ambiguous' | 'invalid-kustomization' | 'wrong-type',
  problem: string,
  field?: string,
): never {
  throw new KustomizeError({ code, problem, field });
}

function sourceValue(
  resources: ResourceList,
  replacement: Replacement,
): YamlNode {
  const { source, sourceValue: literal } = replacement;
  if (literal !== undefined) {
    if (source) {
      fail(
        'invalid-kustomization',
        'source and sourceValue exclude each other',
      );
    }
    return literal;
  }
  const matches = [...resources].filter(resource =>
    resource.allIds().some(id => isSourceId(id, source!.selector)),
  );
  if (matches.length !== 1) {
    fail(
      matches.length === 0 ? 'no-match' : 'ambiguous',
      `the source selects ${matches.length} resources`,
      'source',
    );
  }
  const path = source!.fieldPath || DEFAULT_FIELD_PATH;
  const value = findField(matches[0].node, splitFieldPath(path));
  if (isMissing(value) || isEmpty(value!)) {
    fail(
      'no-match',
      `the source ${formatId(matches[0].currentId())} has no such field`,
      path,
    );
  }
  const { delimiter, index } = source!.options;
  if (!delimiter) {
    return value!;
  }
  if (!isScalar(value)) {
    fail('wrong-type', 'a delimiter needs a scalar', path);
  }
  const text = textOf(value);
  const part = findPart(text, delimiter, index);
  if (!part) {
    return fail('no-match', `index ${index} is out of bounds`, path);
  }
  // A part of a number is one.
  const found = text.slice(part.start, part.end);
  return stringOf(value) === undefined
    ? readPlainScalar(found, 'go-yaml-v3')
    : found;
}

function isEmpty(value: YamlNode): boolean {
  return (
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && Object.keys(value).length === 0)
  );
}

function isSourceId(id: ResourceId, selector: Selector): boolean {
  return (
    (!selector.name || selector.name === id.name) &&
    (!selector.namespace ||
      (selector.namespace || 'default') === id.effectiveNamespace) &&
    isSelected(id, selector)
  );
}

function applyTo(
  resources: ResourceList,
  target: ReplacementTarget,
  value: YamlNode,
  budget: Budget,
): void {
  const selects = compileSelector(target.select);
  const rejects = target.reject.map(compileSelector);
  const paths = target.fieldPaths.length
    ? target.fieldPaths
    : [DEFAULT_FIELD_PATH];
  for (const resource of resources) {
    const ids = resource.allIds();
    const rejected = rejects.some(
      (reject, i) =>
        (hasId(target.reject[i]) && ids.some(reject.id)) ||
        (hasLabels(target.reject[i]) && reject.labels(resource)),
    );
    if (!rejected && selects.labels(resource) && ids.some(selects.id)) {
      within({ object: formatId(resource.currentId()) }, () => {
        for (const path of paths) {
          copyTo(resource, path, value, target.options, budget);
        }
      });
    }
  }
}

function hasId(selector: Selector): boolean {
  const { group, version, kind, name, namespace } = selector;
  return Boolean(group || version || kind || name || namespace);
}

function hasLabels(selector: Selector): boolean {
  return Boolean(selector.labelSelector || selector.annotationSelector);
}

function compileSelector(selector: Selector) {
  const part = (pattern: string | undefined) =>
    pattern ? compileWhole(pattern) : () => true;
  const group = part(selector.group);
  const version = part(selector.version);
  const kind = part(selector.kind);
  const name = part(selector.name);
  const namespace = part(selector.namespace);
  const labels = compileLabelSelector(selector.labelSelector ?? '');
  const annotations = compileLabelSelector(selector.annotationSelector ?? '');
  return {
    id: (id: ResourceId) =>
      group(id.group) &&
      version(id.version) &&
      kind(id.kind) &&
      name(id.name) &&
      namespace(id.namespace),
    labels: (resource: Resource) =>
      labels(resource.labels()) && annotations(resource.annotations()),
  };
}

function copyTo(
  resource: Resource,
  path: string,
  value: YamlNode,
  options: FieldOptions,
  budget: Budget,
): void {
  const parts = splitFieldPath(path);
  budget.checkDepth(parts.length, path);
  const write = (slot: FieldSlot) => setValue(slot, value, options, budget);
  const createAs = options.create ? value : undefined;
  // In structured text 5.8 replaces whole values, whatever the options say.
  const writeWhole = (slot: FieldSlot, inJson: boolean) =>
    setValue(slot, value, { ...options, delimiter: '' }, budget, !inJson);
  if (replaceInText(resource.node, parts, createAs, writeWhole)) {
    return;
  }
  const slots = within({ field: path }, () =>
    findFields(resource.node, parts, createAs),
  );
  if (slots.length === 0) {
    fail('no-match', 'the target has no such field', path);
  }
  slots.forEach(slot => write(slot));
}

/** A scalar keeps being what it was: a string stays a string. */
function setValue(
  slot: FieldSlot,
  value: YamlNode,
  options: FieldOptions,
  budget: Budget,
  inYaml = false,
): void {
  let next = value;
  if (options.delimiter) {
    if (!isScalar(slot.value)) {
      fail('wrong-type', 'a delimiter needs a scalar');
    }
    next = replacePart(textOf(slot.value), textOf(value), options);
    budget.takeText(next.length);
  }
  // What is replaced may be what comes next: copies of copies double.
  budget.takeValue(next);
  if (isScalar(slot.value)) {
    const text = isScalar(next) ? textOf(next) : '';
    slot.set(keepType(slot.value, text, inYaml));
  } else {
    slot.set(cloneNode(next));
  }
}

/**
 * The text with the type that the replaced scalar had: a string stays one, and
 * what is no string must stay what it is, or kustomize cannot write it.
 */
function keepType(before: YamlNode, text: string, inYaml: boolean): YamlNode {
  if (stringOf(before) !== undefined) {
    return text;
  }
  const next = readPlainScalar(text, 'go-yaml-v3');
  if (before !== UNTYPED) {
    const [old, type] = [before, next].map(scalarType);
    if (type !== old && !(old === 'float' && type === 'int')) {
      if (inYaml) {
        // Text can hold what cannot be written otherwise: the type as a tag.
        return new SpelledScalar(`!!${old} ${text}`, null);
      }
      fail('wrong-type', `${type} cannot replace ${old}`);
    }
  }
  return next;
}

function scalarType(node: YamlNode): string {
  const value = node instanceof SpelledScalar ? node.value : node;
  if (typeof value === 'number') {
    return /^[-+]?(?:0[xXbBoO][0-9a-fA-F]+|[0-9]+)$/.test(textOf(node))
      ? 'int'
      : 'float';
  }
  if (typeof value === 'bigint') {
    return 'int';
  }
  if (typeof value === 'string') {
    return node === value ? 'string' : 'timestamp';
  }
  return value === null ? 'null' : 'bool';
}
