import {
  ANY_MAP,
  ANY_SLICE,
  GoError,
  GoFunction,
  goFunction,
  GoNil,
  STRING,
} from '@backstage-gitops/go-template';
import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { JsonResult, JsonSyntaxError, readJson } from './readJson';

/** What was read, or why it was not. */
type Outcome = JsonResult | { readonly error: string };

function tryRead(text: string): Outcome {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      return { error: error.message };
    }
    throw error;
  }
}

/** What JSON calls the value, for the error that it is something else. */
export function mismatch(value: unknown, type: string): string {
  let kind = Array.isArray(value) ? 'array' : 'object';
  if (typeof value === 'boolean') {
    kind = 'bool';
  } else if (typeof value !== 'object') {
    kind = typeof value;
  }
  return `json: cannot unmarshal ${kind} into Go value of type ${type}`;
}

/** Errors are the value of the key `Error`. */
function fromJson(text: string): unknown {
  const outcome = tryRead(text);
  if ('error' in outcome) {
    return { Error: outcome.error };
  }
  const { value, typeError } = outcome;
  if (value === null && typeError === undefined) {
    return new GoNil(ANY_MAP);
  }
  if (isJsonObject(value)) {
    return typeError === undefined ? value : { ...value, Error: typeError };
  }
  return { Error: outermost(value, typeError, ANY_MAP.name) };
}

/** Errors are the only element. */
function fromJsonArray(text: string): unknown {
  const outcome = tryRead(text);
  if ('error' in outcome) {
    return [outcome.error];
  }
  const { value, typeError } = outcome;
  if (Array.isArray(value)) {
    return typeError === undefined ? value : [typeError];
  }
  return value === null && typeError === undefined
    ? new GoNil(ANY_SLICE)
    : [outermost(value, typeError, ANY_SLICE.name)];
}

/** Go does not look at the number where a table or list is wanted. */
function outermost(
  value: unknown,
  typeError: string | undefined,
  type: string,
): string {
  const isNumber = value === null && typeError !== undefined;
  return mismatch(isNumber ? 0 : value, type);
}

function mustFromJson(text: string): unknown {
  const outcome = tryRead(text);
  const error = 'error' in outcome ? outcome.error : outcome.typeError;
  if ('error' in outcome || error !== undefined) {
    throw new GoError(error!);
  }
  return outcome.value;
}

/** `fromJson` and `fromJsonArray` of Helm 4, `mustFromJson` of sprig 3.3. */
export const fromJsonFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['fromJson', goFunction([STRING], fromJson)],
  ['fromJsonArray', goFunction([STRING], fromJsonArray)],
  ['mustFromJson', goFunction([STRING], mustFromJson)],
]);
