import { SandboxError } from '../errors';

const PART = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * Checks a repository's name, `<owner>/<name>` without `.git`.
 *
 * @throws {@link SandboxError} `invalid-name`
 */
export function checkRepositoryName(name: string): string {
  const parts = name.split('/');
  const isValid =
    parts.length >= 1 &&
    parts.length <= 4 &&
    parts.every(part => PART.test(part) && !part.endsWith('.git'));
  if (isValid) return name;
  throw new SandboxError({
    code: 'invalid-name',
    message: `${JSON.stringify(name)} is not the name of a repository.`,
    hint: 'Use <owner>/<name> of letters, digits, dots, dashes and underscores, without ".git".',
  });
}

/**
 * Checks a file's path within a repository.
 *
 * @throws {@link SandboxError} `invalid-name`
 */
export function checkFilePath(path: string): string {
  const parts = path.split('/');
  const isValid =
    path.length > 0 &&
    !/[\0\n]/.test(path) &&
    parts.every(
      part =>
        part !== '' &&
        part !== '.' &&
        part !== '..' &&
        part.toLowerCase() !== '.git',
    );
  if (isValid) return path;
  throw new SandboxError({
    code: 'invalid-name',
    message: `${JSON.stringify(path)} is not a path within a repository.`,
    hint: 'Use a relative path without "." and ".." steps.',
  });
}
