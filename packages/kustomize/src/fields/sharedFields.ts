import {
  SharedScalar,
  YamlMap,
  YamlNode,
  isScalar,
  setField,
} from './YamlNode';

/** Sets a field; where a shared scalar stands, it changes everywhere. */
export function assignField(map: YamlMap, name: string, value: YamlNode): void {
  const current = Object.hasOwn(map, name) ? map[name] : undefined;
  if (current instanceof SharedScalar && isScalar(value)) {
    current.become(value);
  } else {
    setField(map, name, value);
  }
}

/** Makes the scalars of a mapping its own. */
export function unshareFields(map: YamlMap): void {
  for (const name of Object.keys(map)) {
    const current = map[name];
    if (current instanceof SharedScalar) {
      setField(map, name, current.text);
    }
  }
}

/** The text of a node that is a string. */
export function stringOf(node: YamlNode | undefined): string | undefined {
  if (node instanceof SharedScalar) {
    return typeof node.value === 'string' ? node.text : undefined;
  }
  return typeof node === 'string' ? node : undefined;
}
