import {
  elementsOf,
  formatFloat,
  GoError,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  GoType,
  isBytes,
  sortedEntries,
  typeOf,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { GoMarshaler, marshalerOf } from './GoMarshaler';

/** Nesting from which Go looks for cycles; deeper values are refused here. */
export const MAX_DEPTH = 1000;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/** The fields of a struct: their order is kept, that of maps is not. */
export class Fields {
  constructor(readonly entries: readonly (readonly [string, unknown])[]) {}
}

/** What a marshaler refuses; the lenient functions give nothing for it. */
export class MarshalError extends GoError {}

/** A number as it is written, from `json.Number`. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** The error for a number that JSON has no form for. */
export function unsupportedNumber(value: number): MarshalError {
  return new MarshalError(`json: unsupported value: ${formatFloat(value)}`);
}

/** The error for values that hold themselves. */
export function cycleError(value: unknown): MarshalError {
  return new MarshalError(
    `json: unsupported value: encountered a cycle via ${typeOf(value).name}`,
  );
}

/**
 * What Go's encoding/json writes for a value that is neither plain data nor an
 * ordinary list or map: plain data, one level of it.
 *
 * @throws MarshalError for what JSON has no form for
 */
export function jsonForm(value: unknown): unknown {
  if (value === undefined || value === null || value instanceof GoNil) {
    const { kind, key } = typeOf(value);
    if (kind === 'func' || (key && !isKeyType(key))) {
      throw unsupportedType(value);
    }
    return null;
  }
  if (value instanceof GoNumber) {
    return value.type.kind === 'float32'
      ? Number(formatFloat(Number(value.value), 'e', -1, 32))
      : value.value;
  }
  if (value instanceof GoPointer) {
    return value.target;
  }
  if (value instanceof GoStruct) {
    return structForm(value);
  }
  if (value instanceof GoTyped) {
    if (value.type.name === 'json.Number') {
      return numberText(String(value.value));
    }
    if (typeof value.value !== 'object') {
      return value.value;
    }
  }
  if (isBytes(value)) {
    return Buffer.from(value).toString('base64');
  }
  const elements = elementsOf(value);
  if (elements !== undefined) {
    return isByteSlice(value)
      ? Buffer.from(elements.map(byteOf)).toString('base64')
      : elements;
  }
  return mapForm(value);
}

function structForm(value: GoStruct): unknown {
  const marshaler = marshalerOf(value);
  if (marshaler.marshalJson) {
    return marshalJson(value, marshaler);
  }
  if (marshaler.marshalText) {
    return marshaler.marshalText();
  }
  const names = value.type.fields ?? Object.keys(value.fields);
  return new Fields(names.map(name => [name, value.fields[name]] as const));
}

function marshalJson(value: GoStruct, marshaler: GoMarshaler): unknown {
  try {
    return marshaler.marshalJson!();
  } catch (error) {
    if (error instanceof GoError) {
      const { name } = value.type;
      throw new MarshalError(
        `json: error calling MarshalJSON for type ${name}: ${error.message}`,
      );
    }
    throw error;
  }
}

function mapForm(value: unknown): unknown {
  const { key } = typeOf(value);
  const entries = sortedEntries(value);
  if (entries === undefined || (key && !isKeyType(key))) {
    throw unsupportedType(value);
  }
  const object = {};
  for (const [name, element] of entries) {
    setOwn(object, keyText(name), element);
  }
  return object;
}

function isKeyType({ kind }: GoType): boolean {
  return kind === 'string' || /^u?int\d*$/.test(kind);
}

function keyText(key: unknown): string {
  if (key instanceof GoNumber) {
    return String(key.value);
  }
  return String(key instanceof GoTyped ? key.value : key);
}

function isByteSlice(value: unknown): boolean {
  const { kind, elem } = typeOf(value);
  return kind === 'slice' && elem?.kind === 'uint8';
}

function byteOf(element: unknown): number {
  return Number(element instanceof GoNumber ? element.value : element);
}

function numberText(text: string): NumberText {
  if (text !== '' && !NUMBER.test(text)) {
    throw new MarshalError(
      `json: invalid number literal ${JSON.stringify(text)}`,
    );
  }
  return new NumberText(text || '0');
}

function unsupportedType(value: unknown): MarshalError {
  return new MarshalError(`json: unsupported type: ${typeOf(value).name}`);
}
