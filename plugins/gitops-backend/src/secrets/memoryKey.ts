import { createHash } from 'node:crypto';

/** A key that does not hold what it is made of. */
export function memoryKey(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
