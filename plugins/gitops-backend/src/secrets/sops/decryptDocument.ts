import { createHash } from 'node:crypto';
import { SopsDocument, SopsLeaf } from './SopsDocument';
import { SopsError } from './SopsError';
import { SopsSelection } from './SopsMetadata';
import { bytesOf, decryptValue, SopsValue } from './SopsValue';

/** Goes before all values where the MAC is over encrypted ones alone. */
const ONLY_ENCRYPTED = Buffer.from(
  '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69',
  'hex',
);

/**
 * Opens all values of a document in place (SOPS 3.13).
 *
 * @returns whether the MAC that it carries is that of its values
 * @throws SopsError
 */
export function decryptDocument(
  document: SopsDocument,
  dataKey: Buffer,
): { isWhole: boolean } {
  const { selection, macOnlyEncrypted, mac, lastModified } = document.metadata;
  const hash = createHash('sha512');
  if (macOnlyEncrypted) {
    hash.update(ONLY_ENCRYPTED);
  }
  for (const leaf of document.leaves()) {
    const isEncrypted = isSelected(selection, leaf);
    const isComment = leaf.value.type === 'comment';
    const value = isEncrypted ? open(leaf, dataKey) : leaf.value;
    if (!isComment && (isEncrypted || !macOnlyEncrypted)) {
      hash.update(bytesOf(value));
    }
    if (value !== leaf.value) {
      leaf.set(value);
    }
  }
  return {
    isWhole:
      macOf(mac, dataKey, lastModified) === hash.digest('hex').toUpperCase(),
  };
}

function open(leaf: SopsLeaf, dataKey: Buffer): SopsValue {
  const { type, value } = leaf.value;
  const path = leaf.path.join(':');
  try {
    if (typeof value !== 'string' || type === 'time') {
      throw new SopsError(
        'SOPS_VALUE',
        'a value that should be encrypted is not; it was added or changed without sops',
      );
    }
    return decryptValue(value, dataKey, `${path}:`);
  } catch (error) {
    if (type === 'comment') {
      // Those that older versions of sops wrote, or people since, are not.
      return leaf.value;
    }
    throw error instanceof SopsError
      ? new SopsError(error.code, `${path}: ${error.message}`)
      : error;
  }
}

function macOf(mac: string, dataKey: Buffer, lastModified: string): string {
  try {
    return String(decryptValue(mac, dataKey, lastModified).value);
  } catch (error) {
    if (error instanceof SopsError) {
      return '';
    }
    throw error;
  }
}

function isSelected(selection: SopsSelection, leaf: SopsLeaf): boolean {
  const { encrypted } = selection;
  switch (selection.by) {
    case 'suffix': {
      const found = leaf.path.some(name => name.endsWith(selection.text));
      return found === encrypted;
    }
    case 'key': {
      const found = leaf.path.some(name =>
        selection.pattern.matcher(name).find(),
      );
      return found === encrypted;
    }
    default: {
      const comments = leaf.comments.flat();
      // A comment is not encrypted for its own sake.
      const counted =
        encrypted && leaf.value.type === 'comment'
          ? comments.slice(0, -1)
          : comments;
      const found = counted.some(text =>
        selection.pattern.matcher(text).find(),
      );
      return found === encrypted;
    }
  }
}
