import {
  elementsOf,
  GoError,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  isBytes,
  plain,
  sortedEntries,
  typeOf,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';

const DEPTH = 1000;

/**
 * The value as Go's encoding/json sees it: plain data, keys in the order in
 * which they are written. Integers may be `bigint`.
 *
 * @throws GoError for what JSON has no form for: NaN, functions, cycles
 */
export function jsonValue(value: unknown, depth = 0): unknown {
  const bare = plain(value);
  switch (typeof bare) {
    case 'string':
      // Bytes that are no UTF-8 become the replacement character.
      return bare.replace(/\p{Surrogate}/gu, '\ufffd');
    case 'number':
      if (!Number.isFinite(bare)) {
        const name = Number.isNaN(bare) ? 'NaN' : `${bare > 0 ? '+' : '-'}Inf`;
        throw new GoError(`json: unsupported value: ${name}`);
      }
      return bare;
    case 'boolean':
    case 'bigint':
      return bare;
    case 'undefined':
      return null;
    default:
  }
  if (bare === null || bare instanceof GoNil) {
    return null;
  }
  if (bare instanceof GoNumber) {
    return jsonValue(shortest(bare), depth);
  }
  if (isBytes(bare)) {
    return Buffer.from(bare).toString('base64');
  }
  if (depth > DEPTH) {
    throw new GoError(
      `json: unsupported value: nested deeper than ${DEPTH} levels, or in itself`,
    );
  }
  if (bare instanceof GoPointer) {
    return jsonValue(bare.target, depth + 1);
  }
  return composite(bare as object, depth + 1);
}

function composite(bare: object, depth: number): unknown {
  const elements = elementsOf(bare);
  if (elements !== undefined) {
    return elements.map(element => jsonValue(element, depth));
  }
  const entries =
    bare instanceof GoStruct
      ? (bare.type.fields ?? Object.keys(bare.fields)).map(
          name => [name, bare.fields[name]] as const,
        )
      : sortedEntries(bare);
  if (entries === undefined) {
    throw new GoError(`json: unsupported type: ${typeOf(bare).name}`);
  }
  const object = {};
  for (const [key, element] of entries) {
    setOwn(object, keyText(key), jsonValue(element, depth));
  }
  return object;
}

function keyText(key: unknown): string {
  const bare = plain(key);
  if (typeof bare === 'string') {
    return bare;
  }
  if (bare instanceof GoNumber && !bare.type.kind.startsWith('float')) {
    return String(bare.value);
  }
  throw new GoError(
    `json: unsupported type: a map with keys of type ${typeOf(key).name}`,
  );
}

/** A `float32` has the fewest digits that tell it from its neighbours. */
function shortest({ type, value }: GoNumber): number | bigint {
  if (type.kind !== 'float32' || typeof value === 'bigint') {
    return value;
  }
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return short;
    }
  }
  return value;
}
