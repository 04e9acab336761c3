import {
  mergeMaps,
  parseSet,
  readValues,
  Values,
} from '@backstage-gitops/helm';
import {
  isJsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { ValuesReference } from '@backstage-gitops/plugin-gitops-common';
import { ValuesReferenceError } from './ValuesReferenceError';

/** A reference of `spec.valuesFrom`, and what it refers to. */
export interface LoadedReference {
  reference: ValuesReference;
  /** Undefined where it is not there, and need not be. */
  text: string | undefined;
}

/**
 * The values of a HelmRelease (Flux 2.9): those of its references, each over those
 * before, then its own over all. In Flux, and so here, the first reference that
 * sets a value at a path sets it in the own tables: there, it wins.
 *
 * @throws ValuesReferenceError
 */
export function composeValues(
  own: Values | undefined,
  references: readonly LoadedReference[],
): Values {
  // Changed in place: what is shared below is shared on purpose.
  const inline = numbersOf(own ?? {}) as Values;
  let result: Values = {};
  for (const { reference, text } of references) {
    if (text === undefined) {
      continue;
    }
    try {
      if (reference.targetPath) {
        result = mergeMaps(result, inline);
        setAt(result, reference, text);
      } else {
        result = mergeMaps(result, readValues(text));
      }
    } catch (error) {
      throw new ValuesReferenceError(reference, explain(reference, error));
    }
  }
  return mergeMaps(result, inline);
}

function setAt(
  values: Values,
  { targetPath, literal }: ValuesReference,
  text: string,
): void {
  if (literal) {
    const escaped = text.replace(/[\\,[\]{}]/g, '\\$&');
    parseSet('set-string', `${targetPath}=${escaped}`, values);
    return;
  }
  const [quote] = text;
  const isQuoted = (quote === "'" || quote === '"') && text.endsWith(quote);
  parseSet(
    isQuoted ? 'set-string' : 'set',
    `${targetPath}=${isQuoted ? text.replace(/^['"]+|['"]+$/g, '') : text}`,
    values,
  );
}

/** Their messages quote values, which may be those of Secrets. */
function explain(
  { kind, targetPath, valuesKey = 'values.yaml' }: ValuesReference,
  error: unknown,
): string {
  const what = targetPath
    ? `its value cannot be set at '${targetPath}' by the grammar of --set`
    : 'it is no YAML, or no mapping';
  return kind === 'Secret'
    ? `${what}; correct ${valuesKey}${targetPath ? ', or set literal: true' : ''}`
    : `${what}: ${(error as Error).message}`;
}

/** A copy in which each number is a float64, as Helm reads values from JSON. */
function numbersOf(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map(numbersOf);
  }
  if (isJsonObject(value)) {
    const copy: Values = {};
    for (const [key, child] of Object.entries(value)) {
      setOwn(copy, key, numbersOf(child));
    }
    return copy;
  }
  return value;
}
