import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { baseName } from '../files/paths';
import { GeneratorEntry } from '../kustomization/Kustomization';

/** The entries of a generator, in kustomize's order: envs, literals, files. */
export function readKeyValues(
  entry: GeneratorEntry,
  loader: Loader,
): Map<string, Uint8Array> {
  const result = new Map<string, Uint8Array>();
  const add = (key: string, value: Uint8Array, field: string) => {
    if (!isValidKey(key)) {
      throw invalid(`"${key}" is not a valid key`, field);
    }
    if (result.has(key)) {
      throw invalid(`the key "${key}" occurs twice`, field);
    }
    result.set(key, value);
  };
  for (const path of entry.envs) {
    for (const [key, value] of readEnvironment(loader.loadText(path), path)) {
      add(key, Buffer.from(value), 'envs');
    }
  }
  for (const literal of entry.literals) {
    const equals = literal.indexOf('=');
    if (equals <= 0) {
      throw invalid('a literal is not key=value', 'literals');
    }
    add(
      literal.slice(0, equals),
      Buffer.from(withoutQuotes(literal.slice(equals + 1))),
      'literals',
    );
  }
  for (const source of entry.files) {
    const { key, path } = parseFileSource(source);
    add(key, loader.load(path), 'files');
  }
  return result;
}

function invalid(problem: string, field: string): KustomizeError {
  return new KustomizeError({ code: 'invalid-kustomization', problem, field });
}

function isValidKey(key: string): boolean {
  return (
    /^[-._a-zA-Z0-9]{1,253}$/.test(key) &&
    key !== '.' &&
    key !== '..' &&
    !key.startsWith('..')
  );
}

function parseFileSource(source: string): { key: string; path: string } {
  const parts = source.split('=');
  if (parts.length === 1) {
    return { key: baseName(source.replace(/\/+$/, '')), path: source };
  }
  if (parts.length > 2 || parts[0] === '' || parts[1] === '') {
    throw invalid(`"${source}" is neither path nor key=path`, 'files');
  }
  return { key: parts[0], path: parts[1] };
}

function withoutQuotes(text: string): string {
  const quote = text[0];
  return text.length >= 2 &&
    (quote === '"' || quote === "'") &&
    text.endsWith(quote)
    ? text.slice(1, -1)
    : text;
}

/** Lines `KEY=value` or `KEY`; blank lines and `#` comments are left out. */
function readEnvironment(text: string, file: string): [string, string][] {
  const result: [string, string][] = [];
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const content = line.trimStart();
      if (content === '' || content.startsWith('#')) {
        return;
      }
      const equals = content.indexOf('=');
      const key = equals < 0 ? content : content.slice(0, equals);
      if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key)) {
        throw new KustomizeError({
          code: 'invalid-kustomization',
          problem: `line ${i + 1} does not start with the name of a variable`,
          file,
          field: 'envs',
        });
      }
      result.push([key, equals < 0 ? '' : content.slice(equals + 1)]);
    });
  return result;
}
