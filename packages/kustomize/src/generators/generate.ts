import { isUtf8 } from 'node:buffer';
import { YamlMap, setField } from '../fields/YamlNode';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import {
  GeneratorEntry,
  GeneratorOptions,
} from '../kustomization/Kustomization';
import { Behavior, Resource } from '../resources/Resource';
import { readKeyValues } from './keyValues';

/** Length of the lines that base64 is broken into where it exceeds one. */
const BASE64_LINE = 70;
const BEHAVIORS: readonly string[] = ['create', 'replace', 'merge'];

/**
 * Makes a ConfigMap or Secret from an entry of `configMapGenerator` or
 * `secretGenerator`.
 *
 * @throws KustomizeError
 */
export function generate(
  kind: 'ConfigMap' | 'Secret',
  entry: GeneratorEntry,
  globalOptions: GeneratorOptions | undefined,
  loader: Loader,
): Resource {
  if (entry.name === '') {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: 'a generator has no name',
      field: 'name',
    });
  }
  const options = mergeOptions(entry.options, globalOptions);
  const metadata: YamlMap = { name: entry.name };
  if (entry.namespace) {
    metadata.namespace = entry.namespace;
  }
  const node: YamlMap = { apiVersion: 'v1', kind, metadata };
  if (kind === 'Secret') {
    node.type = entry.type || 'Opaque';
    node.data = {};
  }
  for (const [key, value] of readKeyValues(entry, loader)) {
    addEntry(node, kind, key, value);
  }
  for (const field of ['labels', 'annotations'] as const) {
    const entries = options[field];
    if (entries && Object.keys(entries).length > 0) {
      metadata[field] = { ...entries };
    }
  }
  if (options.immutable) {
    node.immutable = true;
  }
  const resource = new Resource(node);
  resource.needsHash = !options.disableNameSuffixHash;
  resource.behavior = BEHAVIORS.includes(entry.behavior)
    ? (entry.behavior as Behavior)
    : 'unspecified';
  return resource;
}

function mergeOptions(
  own: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions {
  return {
    labels: { ...global?.labels, ...own?.labels },
    annotations: { ...global?.annotations, ...own?.annotations },
    disableNameSuffixHash:
      own?.disableNameSuffixHash || global?.disableNameSuffixHash,
    immutable: own?.immutable || global?.immutable,
  };
}

function addEntry(
  node: YamlMap,
  kind: 'ConfigMap' | 'Secret',
  key: string,
  value: Uint8Array,
): void {
  const isText = isUtf8(value);
  const field = kind === 'ConfigMap' && !isText ? 'binaryData' : 'data';
  const map = (node[field] ??= {}) as YamlMap;
  if (kind === 'Secret' || !isText) {
    setField(map, key, toBase64(value));
    return;
  }
  const text = Buffer.from(value).toString('utf8');
  if (/^\t.*\n/.test(text) && !/ \n|[\r\x85\ufeff]/.test(text)) {
    // kustomize writes a block scalar here that it then cannot read.
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `the content of ${key} starts with a tab`,
      hint: 'start it with something else',
    });
  }
  setField(map, key, text);
}

function toBase64(value: Uint8Array): string {
  const encoded = Buffer.from(value).toString('base64');
  if (encoded.length < BASE64_LINE) {
    return encoded;
  }
  return encoded.replace(/.{1,70}/g, line => `${line}\n`);
}
