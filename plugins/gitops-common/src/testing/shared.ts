import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Reference material lies beside the repository, on the machines that have it. */
export function sharedPath(...parts: string[]): string {
  return resolve(__dirname, '../../../../../shared', ...parts);
}

/** `describe`, or a skipped one that says what is missing. */
export function describeWithShared(
  path: string,
  title: string,
  tests: () => void,
): void {
  const present = existsSync(path);
  const suite = present ? describe : describe.skip;
  suite(present ? title : `${title} (${path} is absent)`, tests);
}
