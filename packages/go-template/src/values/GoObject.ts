import { COMPLEX128, FLOAT64, GoFunction, GoType, INT, INT64 } from './GoType';

/**
 * A value whose Go type cannot be told from its JavaScript type. All such
 * values are of this class, so every other object is a map.
 *
 * @public
 */
export abstract class GoObject {
  abstract readonly type: GoType;
}

/**
 * An integer of some Go type, a `float32`, or a named number such as
 * `time.Duration`. Integers beyond 2^53 are `bigint`.
 *
 * @public
 */
export class GoNumber extends GoObject {
  constructor(
    readonly type: GoType,
    readonly value: number | bigint,
  ) {
    super();
  }
}

/** A complex number. @public */
export class GoComplex extends GoObject {
  readonly type = COMPLEX128;
  constructor(
    readonly real: number,
    readonly imaginary: number,
  ) {
    super();
  }
}

/**
 * A slice, map or string that is not of the type its JavaScript value stands
 * for: `[]string` around an array, `map[string]string` around an object,
 * `json.Number` around a string. A map whose keys are no strings is around a
 * {@link GoEntries}.
 *
 * @public
 */
export class GoTyped<T = unknown> extends GoObject {
  constructor(
    readonly type: GoType,
    readonly value: T,
  ) {
    super();
  }
}

/** The entries of a map whose keys are not strings. @public */
export class GoEntries {
  constructor(readonly entries: readonly (readonly [unknown, unknown])[]) {}
}

/** A struct. Things with more state extend it. @public */
export class GoStruct extends GoObject {
  constructor(
    readonly type: GoType,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super();
  }

  /** Fields that are not exported, of types with a `layout`: they are only printed. */
  hidden(): Readonly<Record<string, unknown>> {
    return {};
  }
}

/** A pointer that is not nil. @public */
export class GoPointer extends GoObject {
  constructor(
    readonly type: GoType,
    readonly target: unknown,
  ) {
    super();
  }
}

/** Nil of a map, slice, pointer or function type. @public */
export class GoNil extends GoObject {
  constructor(readonly type: GoType) {
    super();
  }
}

/** A function as a value, for `call`. @public */
export class GoFunc extends GoObject {
  readonly type: GoType;
  constructor(
    readonly fn: GoFunction,
    name = 'func(...interface {}) interface {}',
  ) {
    super();
    this.type = { name, kind: 'func' };
  }
}

const BITS: Readonly<Record<string, number>> = {
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
};

const SMALL = Array.from({ length: 256 }, (_, n) => new GoNumber(INT, n));

/** An `int`. The number is a safe integer, or a bigint. @public */
export function goInt(value: number | bigint): GoNumber {
  return (
    (value >= 0 && value < 256 && SMALL[Number(value)]) || integer(INT, value)
  );
}

/** An `int64`; larger integers wrap, as in Go. @public */
export function goInt64(value: number | bigint): GoNumber {
  return integer(INT64, value);
}

/** An integer of the type; larger integers wrap, as in Go. @public */
export function integer(type: GoType, value: number | bigint): GoNumber {
  return new GoNumber(type, wrapInteger(type, value));
}

/** The integer as the kind holds it: wrapped, a bigint only beyond 2^53. */
function wrapInteger(type: GoType, value: number | bigint): number | bigint {
  const bits = BITS[type.kind] ?? 64;
  const signed = type.kind.startsWith('i');
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    if (bits === 64 ? signed || value >= 0 : fits(value, bits, signed)) {
      return value === 0 ? 0 : value;
    }
  }
  const big = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  const wrapped = signed ? BigInt.asIntN(bits, big) : BigInt.asUintN(bits, big);
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

function fits(value: number, bits: number, signed: boolean): boolean {
  return signed
    ? value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1)
    : value >= 0 && value < 2 ** bits;
}

/** A `float64` is a plain number. @public */
export function goFloat(value: number, type: GoType = FLOAT64): unknown {
  return type.name === FLOAT64.name ? value : new GoNumber(type, value);
}
