import { createHash } from 'node:crypto';

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Bytes of an object's name. */
export const OID_BYTES: Record<ObjectFormat, number> = { sha1: 20, sha256: 32 };

/** Hashes an object; what is updated is its content. */
export function hashOfObject(
  format: ObjectFormat,
  type: ObjectType,
  size: number,
) {
  return createHash(format).update(`${type} ${size}\0`);
}
