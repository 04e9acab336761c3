import { InputError } from '@backstage/errors';

/** Bytes of a part of a path, as file systems have it. */
const LONGEST_PART = 255;

/**
 * Where the objects of a bucket lie in an artifact. A key is any text, a path is
 * not: parts without a name are passed over, as Flux does, and a key that would
 * lead out of the artifact, or to the place of another, is refused.
 */
export class ObjectPaths {
  private readonly keys = new Map<string, string>();
  private readonly directories = new Map<string, string>();

  /** @throws InputError */
  add(key: string): string {
    const problem = problemOf(key);
    if (problem) {
      throw refusal(key, problem);
    }
    const parts = key.split('/').filter(part => part !== '');
    const path = parts.join('/');
    const other = this.keys.get(path) ?? this.directories.get(path);
    if (other !== undefined) {
      throw refusal(key, `has the place of object ${shown(other)}`);
    }
    for (let depth = 1; depth < parts.length; depth++) {
      const directory = parts.slice(0, depth).join('/');
      const file = this.keys.get(directory);
      if (file !== undefined) {
        throw refusal(key, `is below object ${shown(file)}, which is a file`);
      }
      this.directories.set(directory, key);
    }
    this.keys.set(path, key);
    return path;
  }
}

function problemOf(key: string): string | undefined {
  const parts = key.split('/');
  if (parts.some(part => part === '.' || part === '..')) {
    return "has a part '.' or '..'";
  }
  if (parts.some(part => Buffer.byteLength(part) > LONGEST_PART)) {
    return `has a part of more than ${LONGEST_PART} bytes`;
  }
  if (/[\p{Cc}\p{Cs}]/u.test(key)) {
    return 'has a character that no file name has';
  }
  // What unpacks the artifact would take them for the paths of another system.
  if (key.includes('\\')) {
    return 'has a backslash';
  }
  return /^\/*[A-Za-z]:/.test(key) ? 'begins with a drive' : undefined;
}

function refusal(key: string, problem: string): InputError {
  return new InputError(
    `the object ${shown(key)} ${problem}, so it cannot be a file of an artifact; rename it, or leave it out with spec.ignore`,
  );
}

function shown(key: string): string {
  return JSON.stringify(key.slice(0, 200));
}
