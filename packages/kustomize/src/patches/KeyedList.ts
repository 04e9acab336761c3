import {
  YamlNode,
  getField,
  isMap,
  isNull,
  isScalar,
  textOf,
  typeOf,
} from '../fields/YamlNode';
import { KustomizeError } from '../KustomizeError';

/** The key of lists of scalars, such as `finalizers`: the scalar itself. */
export const SELF = '';

export function isGone(node: YamlNode | undefined): boolean {
  return (
    node === undefined ||
    isNull(node) ||
    (isMap(node) && Object.keys(node).length === 0)
  );
}

export function valueOf(node: YamlNode | undefined): string {
  return isScalar(node) ? textOf(node) : '';
}

/** A list whose elements are found by the values of their keys. */
export class KeyedList {
  constructor(
    public items: YamlNode[],
    private readonly keys: readonly string[],
    private readonly path: string,
  ) {}

  /** Replaces the elements that have the values, or appends one. */
  put(element: YamlNode, values: readonly string[]): void {
    let found = false;
    this.items = this.items.flatMap(item => {
      switch (this.compare(item, values)) {
        case 'void':
          return [];
        case 'same':
          found = true;
          return [element];
        default:
          // Without any value to look for, other elements do not survive.
          return values.length > 0 ? [item] : [];
      }
    });
    if (!found) {
      this.items.push(element);
    }
  }

  remove(values: readonly string[]): void {
    this.items = this.items.filter(
      item => this.compare(item, values) === 'other',
    );
  }

  /** Puts an element of the target where its own keys say. */
  append(item: YamlNode): void {
    if (this.keys[0] === SELF) {
      this.put(item, [valueOf(item)]);
      return;
    }
    const values: string[] = [];
    for (const key of this.keys) {
      const value = this.field(item, key);
      if (value === undefined) {
        this.items.push(item);
      } else {
        values.push(valueOf(value));
      }
    }
    if (this.keys.length > 1 && values.length > 0) {
      this.remove(values);
    } else if (this.keys.length > 1) {
      this.items = [];
    }
    this.put(item, values);
  }

  private compare(
    item: YamlNode,
    values: readonly string[],
  ): 'void' | 'same' | 'other' {
    if (isGone(item)) {
      return 'void';
    }
    const [key] = this.keys;
    if (key !== SELF && values[0] && !isMap(item)) {
      return 'other';
    }
    if (values.length === 0) {
      return 'other';
    }
    const same = this.keys.slice(0, values.length).every((name, i) => {
      const value = this.field(item, name);
      return (
        value !== undefined &&
        (values[i] === '' || valueOf(value) === values[i])
      );
    });
    return same ? 'same' : 'other';
  }

  private field(item: YamlNode, key: string): YamlNode | undefined {
    if (isNull(item)) {
      return undefined;
    }
    if (key === SELF ? !isScalar(item) : !isMap(item)) {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: `${typeOf(item)} stands in a list of ${
          key === SELF ? 'scalars' : 'mappings'
        } that is merged`,
        field: this.path,
      });
    }
    return key === SELF ? item : getField(item, key);
  }
}
