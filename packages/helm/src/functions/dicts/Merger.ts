import {
  ANY,
  canBeNil,
  GoComplex,
  GoEntries,
  GoError,
  GoMap,
  GoNil,
  GoPointer,
  GoStruct,
  GoType,
  isAssignable,
  isMap,
  isNil,
  kindOf,
  plain,
  typeOf,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { isEmpty } from '../defaults/isEmpty';

const MAX_DEPTH = 1000;
const MAX_ENTRIES = 1024 * 1024;

/** The one error that mergo returns here; all others are panics. */
export class MergeError extends GoError {}

/**
 * Merges as mergo 1.0.1 does. What is in the destination wins unless it is
 * empty, or with `overwrite` what is in the source, even if it is empty. Maps
 * are merged entry by entry, in place; all else is shared with the source.
 */
export class Merger {
  private entries = 0;

  constructor(private readonly overwrite: boolean) {}

  /** @throws GoError */
  merge(destination: GoMap, source: GoMap): void {
    this.mergeMaps(destination, ANY, source, ANY, 0);
  }

  private mergeMaps(
    destination: GoMap,
    elementType: GoType,
    source: GoMap,
    sourceElementType: GoType,
    depth: number,
  ): void {
    if (depth > MAX_DEPTH) {
      throw new GoError(
        `maps to merge are nested deeper than ${MAX_DEPTH} levels`,
      );
    }
    const keys = Object.keys(source);
    this.entries += keys.length;
    if (this.entries > MAX_ENTRIES) {
      throw new GoError(`more than ${MAX_ENTRIES} entries to merge`);
    }
    for (const key of keys) {
      const value = source[key];
      if (value === undefined) {
        continue;
      }
      const given = Object.hasOwn(destination, key)
        ? destination[key]
        : undefined;
      const isPlain = elementType === ANY && sourceElementType === ANY;
      if (given === undefined && value !== null && isPlain) {
        setOwn(destination, key, value);
        continue;
      }
      const isComposite = typeof value === 'object' && value !== null;
      if (isComposite) {
        this.mergeInto(given, value, elementType, depth);
      }
      const keeps =
        given !== undefined &&
        !isEmptyValue(given) &&
        (!this.overwrite ||
          (isComposite && kindOf(value) === 'map' && kindOf(given) === 'map'));
      // Nil in the source counts only where it overwrites.
      if (keeps || (isAbsent(value, sourceElementType) && !this.overwrite)) {
        continue;
      }
      checkAssignable(value, sourceElementType, elementType);
      setOwn(destination, key, value);
    }
  }

  /** Changes what is there, if it is a map as well. */
  private mergeInto(
    given: unknown,
    value: object,
    elementType: GoType,
    depth: number,
  ): void {
    if (given === undefined || given === null) {
      return;
    }
    const kind = kindOf(value);
    if (kind === 'slice') {
      if (!canBeNil(elementType)) {
        throw new GoError(
          `reflect: call of reflect.Value.IsNil on ${elementType.kind} Value`,
        );
      }
      return;
    }
    if (kind !== 'map' && kind !== 'struct' && kind !== 'ptr') {
      return;
    }
    if (given instanceof GoPointer) {
      this.mergeIntoPointer(given, value, depth);
    } else if (given instanceof GoStruct && given.type.fields?.length) {
      if (kind !== 'struct') {
        throw new GoError(
          `reflect: call of reflect.Value.Field on ${kind} Value`,
        );
      }
    } else if (kind === 'map' && kindOf(given) === 'map') {
      this.mergeTyped(given as object, value, depth);
    }
  }

  private mergeIntoPointer(
    given: GoPointer,
    value: object,
    depth: number,
  ): void {
    if (this.overwrite || isNil(value) || value instanceof GoPointer) {
      return;
    }
    if (given.type.elem?.name !== typeOf(value).name) {
      throw new MergeError('src and dst must be of same type');
    }
    if (kindOf(given.target) === 'map') {
      this.mergeTyped(given.target as object, value, depth);
    }
  }

  private mergeTyped(given: object, value: object, depth: number): void {
    const destination = plain(given);
    const source = plain(value);
    if (isMap(destination) && isMap(source)) {
      this.mergeMaps(
        destination,
        typeOf(given).elem ?? ANY,
        source,
        typeOf(value).elem ?? ANY,
        depth + 1,
      );
    } else if (
      destination instanceof GoEntries ||
      source instanceof GoEntries
    ) {
      if (destination instanceof GoNil || source instanceof GoNil) {
        return;
      }
      throw new GoError(
        `maps of type ${typeOf(given).name} and ${typeOf(value).name} are not merged`,
      );
    }
  }
}

/** Nil of an interface, or nil where the map's own elements can be. */
function isAbsent(value: unknown, elementType: GoType): boolean {
  return value === null || (elementType.kind !== 'interface' && isNil(value));
}

/** Pointers are as empty as what they point to. */
function isEmptyValue(value: unknown): boolean {
  let target = value;
  for (let depth = 0; target instanceof GoPointer && depth < 100; depth++) {
    target = target.target;
  }
  return !(target instanceof GoComplex) && isEmpty(target);
}

function checkAssignable(value: unknown, from: GoType, to: GoType): void {
  if (to.kind === 'interface') {
    return;
  }
  // A list is set as such before it is set as the source's element.
  const isList = kindOf(value) === 'slice';
  const fits = isAssignable(typeOf(value), to);
  if (from.kind === 'interface' || !fits) {
    const type =
      from.kind === 'interface' && (fits || !isList) ? from : typeOf(value);
    throw new GoError(
      `reflect.Value.SetMapIndex: value of type ${type.name} is not assignable to type ${to.name}`,
    );
  }
}
