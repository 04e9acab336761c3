import { JsonValue, SpelledScalar } from '@backstage-gitops/kubernetes-yaml';

/**
 * A value of a resource during the build: plain data, in which numbers,
 * booleans and timestamps keep an unusual spelling, because kustomize copies
 * spellings (`1.50`, `0777`) into strings.
 *
 * @public
 */
export type YamlNode =
  | string
  | number
  | bigint
  | boolean
  | null
  | SpelledScalar
  | YamlNode[]
  | YamlMap;

/**
 * A mapping of a resource.
 *
 * @public
 */
export interface YamlMap {
  [key: string]: YamlNode;
}

// Imported bindings are looked up at every use; these are the hottest paths.
const Spelled = SpelledScalar;

/**
 * A scalar that stands in several places at once. kustomize 5.8 puts one and
 * the same node for a new label or annotation into all fields of an object
 * (metadata, selector, template), and what changes the value in one of them
 * later, such as a patch of an overlay, changes it in all.
 */
export class SharedScalar extends SpelledScalar {
  declare text: string;
  declare value: Exclude<JsonValue, object> | null;

  constructor(text: string) {
    super(text, text);
  }

  become(node: YamlNode): void {
    this.text = textOf(node);
    this.value = toPlain(node) as SharedScalar['value'];
  }

  /** The same for one place. */
  alone(): YamlNode {
    return typeof this.value === 'string'
      ? this.text
      : new SpelledScalar(this.text, this.value);
  }
}

/** True for mappings. */
export function isMap(node: YamlNode | undefined): node is YamlMap {
  return (
    typeof node === 'object' &&
    node !== null &&
    !Array.isArray(node) &&
    !(node instanceof Spelled)
  );
}

/** True for null in any spelling. */
export function isNull(node: YamlNode | undefined): boolean {
  return node === null || (node instanceof Spelled && node.value === null);
}

/** True for null and for what is not there. */
export function isMissing(node: YamlNode | undefined): boolean {
  return node === undefined || isNull(node);
}

/** True for everything but mappings and lists. */
export function isScalar(node: YamlNode | undefined): boolean {
  return node !== undefined && !Array.isArray(node) && !isMap(node);
}

/** What stands in the file for a scalar, without quotes. */
export function textOf(node: YamlNode | undefined): string {
  if (typeof node === 'string') {
    return node;
  }
  if (node instanceof SpelledScalar) {
    return node.text;
  }
  if (node === null) {
    return 'null';
  }
  return node === undefined || typeof node === 'object' ? '' : String(node);
}

/** What a node is, for messages. */
export function typeOf(node: YamlNode | undefined): string {
  if (Array.isArray(node)) {
    return 'a list';
  }
  if (isMap(node)) {
    return 'a mapping';
  }
  return isMissing(node) ? 'null' : 'a scalar';
}

/** A deep copy. */
export function cloneNode<T extends YamlNode>(node: T): T {
  if (Array.isArray(node)) {
    return node.map(cloneNode) as T;
  }
  if (node instanceof SharedScalar) {
    return node.alone() as T;
  }
  if (!isMap(node)) {
    return node;
  }
  const result: YamlMap = {};
  for (const key of Object.keys(node)) {
    setField(result, key, cloneNode(node[key]));
  }
  return result as T;
}

/** The same without spellings, as plain data. */
export function toPlain(node: YamlNode): JsonValue {
  if (node instanceof SpelledScalar) {
    return node.value;
  }
  if (Array.isArray(node)) {
    return node.map(toPlain);
  }
  if (!isMap(node)) {
    return node;
  }
  const result: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(node)) {
    setField(result as YamlMap, key, toPlain(node[key]) as YamlNode);
  }
  return result;
}

/** Reads a field of a mapping; never one inherited. */
export function getField(
  node: YamlNode | undefined,
  name: string,
): YamlNode | undefined {
  if (!isMap(node)) {
    return undefined;
  }
  const value: unknown = node[name];
  // What objects inherit are functions, which no field is, and `__proto__`.
  return typeof value === 'function' ||
    (name === '__proto__' && !Object.hasOwn(node, name))
    ? undefined
    : (value as YamlNode | undefined);
}

/** Sets a field, whatever its name. */
export function setField(map: YamlMap, name: string, value: YamlNode): void {
  if (name === '__proto__') {
    Object.defineProperty(map, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    map[name] = value;
  }
}
