import {
  getOwn,
  isJsonObject,
  JsonObject,
  parseDocuments,
  setOwn,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { TreeFile } from './FileTree';

/** Bytes of a file that may be merged: it is read as a whole. */
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Merges a YAML file over another (Flux 2.9): tables deeply, all else is
 * replaced. Several documents in one file are merged first.
 *
 * @throws Error where one is no YAML, no table, or too large
 */
export async function mergeYaml(
  base: TreeFile,
  overlay: TreeFile,
): Promise<Buffer> {
  const over = await load(overlay);
  return Buffer.from(stringifyYaml(merge(await load(base), over)));
}

async function load(file: TreeFile): Promise<JsonObject> {
  if (file.size > MAX_BYTES) {
    throw new Error(
      `cannot merge a file that is larger than ${MAX_BYTES} bytes`,
    );
  }
  const text = (await file.read()).toString('utf8');
  let all: JsonObject = {};
  for (const { value } of parseDocuments(text, { duplicateKeys: 'last' })) {
    if (value === null) {
      continue;
    }
    if (!isJsonObject(value)) {
      throw new Error('cannot unmarshal YAML document: it is no table');
    }
    all = merge(all, value);
  }
  return all;
}

function merge(base: JsonObject, overlay: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const key of Object.keys(base)) {
    setOwn(merged, key, base[key]);
  }
  for (const key of Object.keys(overlay)) {
    const value = overlay[key];
    const present = getOwn(merged, key);
    setOwn(
      merged,
      key,
      isJsonObject(value) && isJsonObject(present)
        ? merge(present, value)
        : value,
    );
  }
  return merged;
}
