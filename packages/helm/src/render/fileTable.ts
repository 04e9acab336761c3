import {
  BYTES,
  decodeUtf8,
  goFunction,
  GoTyped,
  GoType,
  mapType,
  STRING,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { compileGlob } from './glob';
import { toYaml } from './toYaml';

type Files = GoTyped<{ [name: string]: Uint8Array }>;

const NOTHING = new Uint8Array();

/** The methods of `.Files`. */
const FILES: GoType = {
  ...mapType(STRING, BYTES),
  name: 'engine.files',
  underlying: mapType(STRING, BYTES),
  methods: new Map([
    ['Get', goFunction([BYTES, STRING], get)],
    ['GetBytes', goFunction([BYTES, STRING], getBytes)],
    ['Glob', goFunction([BYTES, STRING], glob)],
    ['Lines', goFunction([BYTES, STRING], lines)],
    ['AsConfig', goFunction([BYTES], asConfig)],
    ['AsSecrets', goFunction([BYTES], asSecrets)],
  ]),
};

/** `.Files` of Helm 4: content by name. */
export function createFileTable(
  files: Iterable<readonly [string, Uint8Array]>,
): Files {
  const table = {};
  for (const [name, content] of files) {
    setOwn(table, name, content);
  }
  return new GoTyped(FILES, table);
}

function getBytes(files: Files, name: string): Uint8Array {
  return Object.hasOwn(files.value, name) ? files.value[name] : NOTHING;
}

function get(files: Files, name: string): string {
  return decodeUtf8(getBytes(files, name));
}

function glob(files: Files, pattern: string): Files {
  const matches = compileGlob(pattern);
  return createFileTable(
    Object.entries(files.value).filter(([name]) => matches(name)),
  );
}

function lines(files: Files, name: string): GoTyped {
  const text = get(files, name);
  return new GoTyped(
    STRING_SLICE,
    text === '' ? [] : text.replace(/\n$/, '').split('\n'),
  );
}

function asConfig(files: Files): string {
  return writeTable(files, decodeUtf8);
}

function asSecrets(files: Files): string {
  return writeTable(files, content => Buffer.from(content).toString('base64'));
}

/** Folders are dropped; of two files with one name, any may win in Helm. */
function writeTable(
  files: Files,
  write: (content: Uint8Array) => string,
): string {
  const table = {};
  for (const [name, content] of Object.entries(files.value)) {
    setOwn(table, baseName(name), write(content));
  }
  return toYaml(table);
}

/** Go's `path.Base`. */
function baseName(path: string): string {
  const bare = path.replace(/\/+$/, '');
  if (bare === '') {
    return path === '' ? '.' : '/';
  }
  return bare.slice(bare.lastIndexOf('/') + 1);
}
