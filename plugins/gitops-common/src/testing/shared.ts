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
  if (existsSync(path)) describe(title, tests);
  else describe.skip(`${title} (${path} is absent)`, tests);
}
