import { InputError, isError } from '@backstage/errors';
import { constants } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  unlink,
} from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';

/** What {@link writeNewFile} needs. */
export interface NewFile {
  /** The workspace. */
  root: string;
  /** Below it, with `/`, as a template gives it. */
  path: string;
  text: string;
  /** Replace another file that is there; default: fail. */
  overwrite?: boolean;
}

/**
 * Writes a YAML file into a workspace whose contents somebody else may have
 * made: through no link on the way, over no file unless asked, and never into a
 * repository's `.git`. A file of the same text is left as it is: a task may run
 * again in the workspace of its first run. Gives the path from the workspace.
 *
 * Names are compared one by one with what is there, and not once as a whole:
 * resolving a path and comparing its beginning misses links that dangle.
 *
 * @throws InputError
 */
export async function writeNewFile(file: NewFile): Promise<string> {
  const names = namesOf(file.path);
  const relative = names.join('/');
  let directory = await realpath(file.root);
  for (const name of names.slice(0, -1)) {
    directory = path.join(directory, name);
    await enter(directory, file.path);
  }
  const target = path.join(directory, names.at(-1)!);
  if (await isWritten(target, file)) {
    return relative;
  }
  // Complete or not at all; renaming replaces a link and does not follow it.
  const draft = path.join(directory, `.${randomUUID()}.tmp`);
  const handle = await open(
    draft,
    constants.O_WRONLY |
      constants.O_CREAT |
      constants.O_EXCL |
      constants.O_NOFOLLOW,
    0o644,
  );
  try {
    if ((await realpath(draft)) !== draft) {
      throw linkError(file.path);
    }
    await handle.writeFile(file.text);
    await handle.close();
    await rename(draft, target);
  } catch (error) {
    await handle.close();
    await unlink(draft);
    throw error;
  }
  return relative;
}

/** @throws InputError for a path that is no plain one of a YAML file below the workspace */
function namesOf(text: string): string[] {
  const names = path.posix.normalize(text).split('/');
  const wrong =
    // Control characters, NUL among them, and what is a separator elsewhere.
    /[\p{Cc}\\]/u.test(text) ||
    text.split('/').includes('..') ||
    path.posix.isAbsolute(text) ||
    path.win32.isAbsolute(text);
  if (wrong) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(text)} is no path inside the workspace; expected one such as sources/shop.yaml`,
    );
  }
  if (names.some(name => name.toLowerCase() === '.git')) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(text)} is inside a repository's .git`,
    );
  }
  if (!/[^/]\.ya?ml$/.test(text)) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(text)} names no YAML file; it must end in .yaml or .yml`,
    );
  }
  return names;
}

/** Makes a folder, or makes sure that it is one and no link to one. */
async function enter(directory: string, asked: string): Promise<void> {
  try {
    await mkdir(directory);
    return;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      throw error;
    }
  }
  const there = await lstat(directory);
  if (there.isSymbolicLink()) {
    throw linkError(asked);
  }
  if (!there.isDirectory()) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(asked)} leads through ${path.basename(directory)}, which is no folder`,
    );
  }
}

/**
 * Whether the file is there as it shall be.
 *
 * @throws InputError where something else is there, which may not be replaced
 */
async function isWritten(target: string, file: NewFile): Promise<boolean> {
  let there;
  try {
    there = await lstat(target);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
  if (there.isSymbolicLink()) {
    throw linkError(file.path);
  }
  if (!there.isFile()) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(file.path)} is there and is no file`,
    );
  }
  const isSame =
    there.size === Buffer.byteLength(file.text) &&
    (await readFile(target, 'utf8')) === file.text;
  if (!isSame && !file.overwrite) {
    throw new InputError(
      `Input 'path': ${JSON.stringify(file.path)} is there already; choose another, or set overwrite: true to replace it`,
    );
  }
  return isSame;
}

function linkError(asked: string): InputError {
  return new InputError(
    `Input 'path': ${JSON.stringify(asked)} leads through a symbolic link, which could lead anywhere; choose another`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return isError(error) && error.code === code;
}
