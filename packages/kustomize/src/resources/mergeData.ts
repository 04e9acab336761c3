import { YamlMap, getField, isMap, setField, textOf } from '../fields/YamlNode';
import { Resource } from './Resource';

/** Adds the entries of the old ConfigMap or Secret that the new one lacks. */
export function mergeData(resource: Resource, old: Resource): void {
  for (const field of ['data', 'binaryData']) {
    const merged: YamlMap = {};
    for (const source of [old, resource]) {
      const entries = getField(source.node, field);
      if (isMap(entries)) {
        for (const key of Object.keys(entries)) {
          setField(merged, key, textOf(entries[key]));
        }
      }
    }
    delete resource.node[field];
    if (Object.keys(merged).length > 0) {
      resource.node[field] = merged;
    }
  }
}
