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
    if (result.has(key)) {
      throw invalid(`the key "${key}" occurs twice`, field);
    }
    result.set(key, value);
  };
  for (const path of entry.envs) {
    for (const [key, value] of readEnvironment(loader.loadText(path))) {
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

function parseFileSource(source: string): { key: string; path: string } {
  const parts = source.split('=');
  if (parts.length === 1) {
    return { key: baseName(withoutSlashes(source)), path: source };
  }
  if (parts.length > 2 || parts[0] === '' || parts[1] === '') {
    throw invalid(`"${source}" is neither path nor key=path`, 'files');
  }
  return { key: parts[0], path: parts[1] };
}

/** Without slashes at its end. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') {
    end--;
  }
  return path.slice(0, end);
}

function withoutQuotes(text: string): string {
  const quote = text[0];
  return text.length >= 2 &&
    (quote === '"' || quote === "'") &&
    text.endsWith(quote)
    ? text.slice(1, -1)
    : text;
}

// White space in Go's sense; JavaScript's includes the byte order mark.
const LEADING_SPACE =
  /^[\t\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Lines `KEY=value` or `KEY`; blank lines and `#` comments are left out. */
function readEnvironment(text: string): [string, string][] {
  const result: [string, string][] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const content = line.replace(LEADING_SPACE, '');
    if (content === '' || content.startsWith('#')) {
      continue;
    }
    const equals = content.indexOf('=');
    const key = equals < 0 ? content : content.slice(0, equals);
    if (key !== '') {
      result.push([key, equals < 0 ? '' : content.slice(equals + 1)]);
    }
  }
  return result;
}
