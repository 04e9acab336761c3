import { FieldSpec } from '../fields/FieldSpec';
import { splitFieldPath } from '../fields/fieldPath';
import { findField } from '../fields/findFields';
import { YamlNode, isMap, isScalar, textOf, toPlain } from '../fields/YamlNode';
import { assignField, stringOf } from '../fields/sharedFields';
import { FieldSlot, FieldVisitor } from '../fields/visitField';
import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import { VariableEntry } from '../kustomization/Kustomization';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId, resourceId } from '../resources/ResourceId';

/**
 * Notes which resources the variables of a kustomization take their values
 * from, before names change.
 *
 * @throws KustomizeError `ambiguous`, `conflict`
 */
export function bindVariables(
  resources: ResourceList,
  known: VariableEntry[],
  incoming: readonly VariableEntry[],
  budget: Budget,
): void {
  for (const variable of incoming) {
    budget.takeMatches(resources.size + known.length);
    const wanted = resourceId(variable.objref);
    const anyNamespace = !wanted.namespace && !wanted.clusterScoped;
    const matches = [...resources].filter(resource =>
      resource
        .allIds()
        .some(id =>
          anyNamespace
            ? id.name === wanted.name &&
              id.kind === wanted.kind &&
              id.group === wanted.group &&
              id.version === wanted.version
            : id.key === wanted.key,
        ),
    );
    if (matches.length > 1) {
      throw new KustomizeError({
        code: 'ambiguous',
        problem: `${matches.length} resources match the variable ${variable.name}`,
        field: 'vars',
        object: formatId(wanted),
      });
    }
    matches[0]?.variableNames.push(variable.name);
  }
  addVariables(known, incoming);
}

/** @throws KustomizeError `conflict` where a name occurs twice */
export function addVariables(
  known: VariableEntry[],
  incoming: readonly VariableEntry[],
): void {
  const names = new Set(known.map(({ name }) => name));
  for (const variable of incoming) {
    if (names.has(variable.name)) {
      throw new KustomizeError({
        code: 'conflict',
        problem: `the variable ${variable.name} is defined twice`,
        field: 'vars',
      });
    }
    names.add(variable.name);
    known.push(variable);
  }
}

/**
 * Replaces `$(NAME)` in the given fields; `$$` is a dollar sign.
 *
 * @throws KustomizeError `no-match`
 */
export function resolveVariables(
  resources: ResourceList,
  variables: readonly VariableEntry[],
  options: { fields: readonly FieldSpec[]; budget: Budget },
): void {
  const { fields, budget } = options;
  if (variables.length === 0) {
    return;
  }
  const sources = new Map<string, Resource>();
  for (const resource of resources) {
    for (const name of resource.variableNames) {
      if (!sources.has(name)) {
        sources.set(name, resource);
      }
    }
  }
  const values = new Map(
    variables.map(variable => [
      variable.name,
      valueOf(sources.get(variable.name), variable),
    ]),
  );
  const visitor = new FieldVisitor(fields, 'none');
  for (const resource of resources) {
    visitor.visit(resource, slot =>
      expandSlot(slot, text => {
        const expanded = expand(text, values);
        if (typeof expanded === 'string' && expanded !== text) {
          budget.takeText(expanded.length);
        }
        return expanded;
      }),
    );
  }
  resources.changed();
}

function valueOf(
  source: Resource | undefined,
  variable: VariableEntry,
): YamlNode {
  const path = splitFieldPath(variable.fieldPath).flatMap(part => {
    const indexed = /^(.*)\[([0-9]+)\]$/.exec(part);
    return indexed ? [indexed[1], indexed[2]].filter(Boolean) : [part];
  });
  const value = source && findField(source.node, path);
  if (value !== undefined) {
    return value;
  }
  throw new KustomizeError({
    code: 'no-match',
    problem: `the variable ${variable.name} has no value`,
    field: variable.fieldPath,
    object: formatId(resourceId(variable.objref)),
  });
}

type Values = ReadonlyMap<string, YamlNode>;

function expandSlot(slot: FieldSlot, expandText: (text: string) => YamlNode) {
  const { value } = slot;
  const text = stringOf(value);
  if (text !== undefined) {
    slot.set(expandText(text));
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      if (typeof item !== 'string') {
        throw new KustomizeError({
          code: 'wrong-type',
          problem: 'a list with variables holds something that is not a string',
        });
      }
      value[i] = expandText(item);
    });
  } else if (isMap(value)) {
    for (const key of Object.keys(value)) {
      const item = stringOf(value[key]);
      if (item !== undefined) {
        assignField(value, key, expandText(item));
      }
    }
  }
}

/** A text that is one reference takes the type of the value. */
function expand(text: string, values: Values): YamlNode {
  if (!text.includes('$')) {
    return text;
  }
  const whole = /^\$\(([^)]*)\)$/.exec(text);
  if (whole) {
    const value = values.get(whole[1]);
    return value !== undefined && isScalar(value)
      ? (toPlain(value) as YamlNode)
      : text;
  }
  const lastEnd = text.lastIndexOf(')');
  let result = '';
  let start = 0;
  for (
    let dollar = text.indexOf('$');
    dollar >= 0;
    dollar = text.indexOf('$', start)
  ) {
    result += text.slice(start, dollar);
    const next = text[dollar + 1];
    if (next === '(' && dollar < lastEnd) {
      start = text.indexOf(')', dollar) + 1;
      const value = values.get(text.slice(dollar + 2, start - 1));
      result +=
        value !== undefined && isScalar(value)
          ? textOf(value)
          : text.slice(dollar, start);
    } else {
      // Two dollar signs stand for one.
      result += '$';
      start = dollar + (next === '$' ? 2 : 1);
    }
  }
  return result + text.slice(start);
}
