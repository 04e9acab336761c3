/**
 * What Go's `reflect` calls the kind of a type.
 *
 * @public
 */
export type GoKind =
  | 'invalid'
  | 'bool'
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'uintptr'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'string'
  | 'interface'
  | 'slice'
  | 'array'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'func'
  | 'value';

/**
 * A method or function as templates see it: its parameters have Go types, and
 * arguments of other types are refused as Go refuses them.
 *
 * `call` receives one JavaScript value for each argument. A parameter of an
 * interface, map, slice, pointer or function type receives `null` for nil; one
 * of type {@link VALUE} receives whatever there is, `undefined` included. With
 * `needsRun`, the first argument is the {@link Run}. What it throws
 * becomes the error `error calling NAME: MESSAGE` at the place of the call.
 *
 * A method has its receiver as the first parameter.
 *
 * @public
 */
export interface GoFunction {
  readonly parameters: readonly GoType[];
  /** The element type of the last, variadic parameter. */
  readonly variadic?: GoType;
  readonly needsRun?: boolean;
  call(...args: readonly unknown[]): unknown;
}

/**
 * A Go type. Two types are the same when their names are.
 *
 * @public
 */
export interface GoType {
  /** As `%T` prints it: `map[string]interface {}`, `*semver.Version`. */
  readonly name: string;
  readonly kind: GoKind;
  /** Of slices, arrays, maps and pointers. */
  readonly elem?: GoType;
  /** Of maps. */
  readonly key?: GoType;
  /** Of a named type: the type it was made from; values convert to it. */
  readonly underlying?: GoType;
  /** Of structs: names of the exported fields, in order. */
  readonly fields?: readonly string[];
  readonly methods?: ReadonlyMap<string, GoFunction>;
  /**
   * `String()` or `Error()`: what is printed for `%v`, `%s`, `%q`, `%x`. As
   * methods do, it gets what a pointer points to.
   */
  readonly text?: (value: unknown) => string;
  /**
   * `String()` of a pointer to the type: what a template prints for a field of
   * something that a pointer leads to.
   */
  readonly addressedText?: (value: unknown) => string;
  /** `GoString()`: what is printed for `%#v`. */
  readonly goText?: (value: unknown) => string;
  /** Of structs with fields that are not exported: names of all fields, in order. */
  readonly layout?: readonly string[];
  /** True of types that are errors. */
  readonly isError?: boolean;
}

const basic = (kind: GoKind, name: string = kind): GoType => ({ name, kind });

/** `interface {}`. @public */
export const ANY: GoType = basic('interface', 'interface {}');
/** `reflect.Value`: a parameter that takes anything, also no value. @public */
export const VALUE: GoType = basic('value', 'reflect.Value');
/** The type `bool`. @public */
export const BOOL: GoType = basic('bool');
/** The type `string`. @public */
export const STRING: GoType = basic('string');
/** The type `int`. @public */
export const INT: GoType = basic('int');
/** The type `int8`. @public */
export const INT8: GoType = basic('int8');
/** The type `int16`. @public */
export const INT16: GoType = basic('int16');
/** The type `int32`. @public */
export const INT32: GoType = basic('int32');
/** The type `int64`. @public */
export const INT64: GoType = basic('int64');
/** The type `uint`. @public */
export const UINT: GoType = basic('uint');
/** The type `uint8`. @public */
export const UINT8: GoType = basic('uint8');
/** The type `uint16`. @public */
export const UINT16: GoType = basic('uint16');
/** The type `uint32`. @public */
export const UINT32: GoType = basic('uint32');
/** The type `uint64`. @public */
export const UINT64: GoType = basic('uint64');
/** The type `float32`. @public */
export const FLOAT32: GoType = basic('float32');
/** The type `float64`. @public */
export const FLOAT64: GoType = basic('float64');
/** The type `complex128`. @public */
export const COMPLEX128: GoType = basic('complex128');

/** The type `[]T`. @public */
export function sliceType(elem: GoType): GoType {
  return { name: `[]${elem.name}`, kind: 'slice', elem };
}

/** The type `map[K]T`. @public */
export function mapType(key: GoType, elem: GoType): GoType {
  return { name: `map[${key.name}]${elem.name}`, kind: 'map', key, elem };
}

/** The type `*T`, with the methods of T. @public */
export function pointerType(elem: GoType): GoType {
  return {
    name: `*${elem.name}`,
    kind: 'ptr',
    elem,
    methods: elem.methods,
    text: elem.text,
    isError: elem.isError,
  };
}

/** `[]interface {}`: arrays are of this type. @public */
export const ANY_SLICE: GoType = sliceType(ANY);
/** `map[string]interface {}`: plain objects are of this type. @public */
export const ANY_MAP: GoType = mapType(STRING, ANY);
/** `[]string`. @public */
export const STRING_SLICE: GoType = sliceType(STRING);
/** `map[string]string`. @public */
export const STRING_MAP: GoType = mapType(STRING, STRING);
/** `[]uint8`: a `Uint8Array` is of this type. @public */
export const BYTES: GoType = sliceType(UINT8);

/** Whether a value of one type can be given where another is wanted. @public */
export function isAssignable(from: GoType, to: GoType): boolean {
  return (
    from === to ||
    from.name === to.name ||
    (to.kind === 'interface' && to.name === ANY.name) ||
    (to.name === 'error' && from.isError === true) ||
    (from.underlying !== undefined &&
      isComposite(to.kind) &&
      from.underlying.name === to.name)
  );
}

/** Named types of these kinds convert by themselves to the unnamed type. */
function isComposite(kind: GoKind): boolean {
  return kind === 'map' || kind === 'slice' || kind === 'func';
}

/** Whether nil is a value of the type. @public */
export function canBeNil(type: GoType): boolean {
  switch (type.kind) {
    case 'interface':
    case 'map':
    case 'slice':
    case 'ptr':
    case 'func':
    case 'value':
      return true;
    default:
      return false;
  }
}
