import { GitError } from '../GitError';
import { isUnsafeName } from './isUnsafeName';
import { OID_BYTES, ObjectFormat } from './objectFormat';

export type TreeEntryKind =
  'file' | 'executable' | 'symlink' | 'submodule' | 'tree';

/** One entry of a directory. */
export interface TreeEntry {
  name: string;
  kind: TreeEntryKind;
  oid: string;
}

/** Bytes of a directory: some 400,000 entries. */
export const LARGEST_TREE = 32 * 1_024 * 1_024;

const KINDS: Readonly<Record<string, TreeEntryKind>> = {
  '40000': 'tree',
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};

/**
 * Reads a directory; entries in the order of their names' bytes, which is that
 * of a directory walk.
 *
 * @throws GitError `GIT_CORRUPT`, also for names that no file should have
 */
export function parseTree(
  raw: Buffer,
  path: string,
  format: ObjectFormat,
): TreeEntry[] {
  const where = path === '' ? 'the root' : `'${path.slice(0, 200)}'`;
  const broken = (problem: string) =>
    new GitError('GIT_CORRUPT', `the directory ${where} ${problem}`);
  const oidBytes = OID_BYTES[format];
  const entries: { bytes: Buffer; entry: TreeEntry }[] = [];
  const names = new Set<string>();
  for (let at = 0; at < raw.length;) {
    const space = raw.indexOf(0x20, at);
    const zero = raw.indexOf(0, space);
    const end = zero + 1 + oidBytes;
    if (space < 0 || zero < 0 || end > raw.length) {
      throw broken('cannot be read');
    }
    const mode = raw.toString('latin1', at, space).replace(/^0/, '');
    const bytes = raw.subarray(space + 1, zero);
    const name = bytes.toString('utf8');
    const kind = KINDS[mode];
    if (!kind) {
      throw broken('holds an entry that is no file, link or directory');
    }
    if (isUnsafeName(name)) {
      throw broken(
        `holds an entry of the name ${JSON.stringify(name.slice(0, 100))}, which no file may have`,
      );
    }
    if (names.has(name)) {
      throw broken(
        `holds two entries of the name ${JSON.stringify(name.slice(0, 100))}`,
      );
    }
    names.add(name);
    const oid = raw.toString('hex', zero + 1, end);
    entries.push({ bytes, entry: { name, kind, oid } });
    at = end;
  }
  return entries
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ entry }) => entry);
}
