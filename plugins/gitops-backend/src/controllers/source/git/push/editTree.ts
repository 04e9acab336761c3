import { GitError } from '../GitError';
import { OID_BYTES, ObjectFormat } from '../objects/objectFormat';
import { GitObject, gitObject } from './GitObject';

/** A directory of which files were changed, and all that is new with it. */
export interface EditedTree {
  oid: string;
  objects: GitObject[];
}

/**
 * Gives files of a directory other contents. Only files that are there can be
 * changed; all else, modes that nobody writes any more included, stays as it is.
 *
 * @param options.read - the bytes of a directory
 * @param options.files - by path
 * @throws GitError `GIT_PATH_NOT_FOUND`, `GIT_CORRUPT`
 */
export async function editTree(options: {
  tree: string;
  format: ObjectFormat;
  read: (oid: string) => Promise<Buffer>;
  files: ReadonlyMap<string, Buffer>;
}): Promise<EditedTree> {
  const { tree, format, read, files } = options;
  const objects: GitObject[] = [];
  const raw = Buffer.from(await read(tree));
  for (const [name, below] of byFirstName(files)) {
    const at = findEntry(raw, name, format);
    if (at === undefined) {
      throw new GitError(
        'GIT_PATH_NOT_FOUND',
        `there is no file or directory ${JSON.stringify(name.slice(0, 200))} to be changed`,
      );
    }
    const content = below.get('');
    const child = content
      ? fileOf(content, format)
      : await editTree({
          ...{ format, read },
          tree: raw.toString('hex', at, at + OID_BYTES[format]),
          files: below,
        });
    objects.push(...child.objects);
    raw.write(child.oid, at, 'hex');
  }
  const edited = gitObject('tree', raw, format);
  return { oid: edited.oid, objects: [...objects, edited] };
}

function fileOf(content: Buffer, format: ObjectFormat): EditedTree {
  const blob = gitObject('blob', content, format);
  return { oid: blob.oid, objects: [blob] };
}

/** What is to change below each name; a file itself has the path ''. */
function byFirstName(
  files: ReadonlyMap<string, Buffer>,
): Map<string, Map<string, Buffer>> {
  const names = new Map<string, Map<string, Buffer>>();
  for (const [path, content] of files) {
    const slash = path.indexOf('/');
    const name = slash < 0 ? path : path.slice(0, slash);
    const below = names.get(name) ?? new Map<string, Buffer>();
    below.set(slash < 0 ? '' : path.slice(slash + 1), content);
    names.set(name, below);
  }
  return names;
}

/** Where the name of the object of an entry begins. */
function findEntry(
  raw: Buffer,
  name: string,
  format: ObjectFormat,
): number | undefined {
  const wanted = Buffer.from(name);
  for (let at = 0; at < raw.length;) {
    const space = raw.indexOf(0x20, at);
    const zero = raw.indexOf(0, space);
    if (space < 0 || zero < 0) {
      throw new GitError('GIT_CORRUPT', 'a directory cannot be read');
    }
    if (raw.subarray(space + 1, zero).equals(wanted)) {
      return zero + 1;
    }
    at = zero + 1 + OID_BYTES[format];
  }
  return undefined;
}
