import { GoError, GoObject, isBytes } from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import {
  cycleError,
  Fields,
  jsonForm,
  MarshalError,
  MAX_DEPTH,
  NumberText,
  unsupportedNumber,
} from './jsonForm';

// What JSON leaves as it is and a reader of YAML does not: control characters,
// the next-line character (a line break), bytes that are no UTF-8.
const FRAGILE = /[\x7f-\x9f\ufffe\uffff\ud800-\udfff]/;
const CONTROL = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const NEXT_LINES = /(?<! ) *\x85[\x85 ]*/g;
/** Longer keys (in characters, quotes counted) are no keys on one line. */
const LONGEST_KEY = 1024;
const LONG_KEY = 128;

/** How many values may still be looked at: a value can hold another often. */
export interface Budget {
  values: number;
}

/** Takes a value from the budget. */
export function spend(budget: Budget): void {
  if (--budget.values < 0) {
    throw new GoError('a value holds too many values to be written');
  }
}

/** Whether the value can be written as it is: plain data, without surprises. */
export function isPlainData(
  value: unknown,
  budget: Budget,
  depth = 0,
): boolean {
  spend(budget);
  switch (typeof value) {
    case 'string':
      return !FRAGILE.test(value);
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
    case 'bigint':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) {
    return true;
  }
  if (depth > MAX_DEPTH) {
    return false;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (!isPlainData(value[i], budget, depth + 1)) {
        return false;
      }
    }
    return true;
  }
  if (value instanceof GoObject || isBytes(value)) {
    return false;
  }
  // eslint-disable-next-line guard-for-in -- all that is inherited is hidden
  for (const key in value) {
    if (key.length > LONG_KEY || FRAGILE.test(key)) {
      return false;
    }
    const element = (value as Record<string, unknown>)[key];
    if (element !== undefined && !isPlainData(element, budget, depth + 1)) {
      return false;
    }
  }
  return true;
}

/**
 * Plain data as it arrives at the writer of YAML: sigs.k8s.io/yaml writes JSON
 * first and reads that as YAML.
 *
 * @throws MarshalError for what JSON has no form for, or YAML cannot read
 */
export function yamlValue(value: unknown, budget: Budget, depth = 0): unknown {
  spend(budget);
  switch (typeof value) {
    case 'string':
      return FRAGILE.test(value) ? readAgain(value) : value;
    case 'number':
      if (!Number.isFinite(value)) {
        throw marshalError(unsupportedNumber(value));
      }
      return value;
    case 'boolean':
    case 'bigint':
      return value;
    default:
  }
  if (value === null || value === undefined) {
    return null;
  }
  if (depth > MAX_DEPTH) {
    throw marshalError(cycleError(value));
  }
  if (Array.isArray(value)) {
    return value.map(element => yamlValue(element, budget, depth + 1));
  }
  if (value instanceof NumberText) {
    return numberOf(value.text);
  }
  if (value instanceof Fields) {
    return mapOf(value.entries, budget, depth);
  }
  if (
    typeof value === 'object' &&
    !(value instanceof GoObject) &&
    !isBytes(value)
  ) {
    return mapOf(Object.entries(value), budget, depth);
  }
  return yamlValue(formOf(value), budget, depth + 1);
}

function formOf(value: unknown): unknown {
  try {
    return jsonForm(value);
  } catch (error) {
    throw error instanceof MarshalError ? marshalError(error) : error;
  }
}

function marshalError(error: MarshalError): MarshalError {
  return new MarshalError(`error marshaling into JSON: ${error.message}`);
}

function mapOf(
  entries: readonly (readonly [string, unknown])[],
  budget: Budget,
  depth: number,
): unknown {
  const object = {};
  for (const [name, element] of entries) {
    if (element !== undefined) {
      setOwn(object, readKey(name), yamlValue(element, budget, depth + 1));
    }
  }
  return object;
}

/** A string behind JSON, as a quoted string of YAML is read. */
function readAgain(text: string): string {
  const valid = text.replace(/\p{Surrogate}/gu, '\ufffd');
  if (CONTROL.test(valid)) {
    throw new MarshalError('yaml: control characters are not allowed');
  }
  return valid.replace(NEXT_LINES, fold);
}

/** A single line break is a space, of several the first is dropped. */
function fold(run: string): string {
  return '\n'.repeat(run.split('\x85').length - 2) || ' ';
}

function readKey(key: string): string {
  const isFragile = FRAGILE.test(key);
  if (isFragile && key.includes('\x85')) {
    throw new MarshalError("yaml: line 1: did not find expected ',' or '}'");
  }
  if (key.length > LONG_KEY) {
    const written = JSON.stringify(key);
    if (Array.from(written).length > LONGEST_KEY) {
      throw new MarshalError("yaml: did not find expected ',' or '}'");
    }
  }
  return isFragile ? readAgain(key) : key;
}

function numberOf(text: string): unknown {
  if (/^-?[0-9]+$/.test(text)) {
    return BigInt(text);
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
