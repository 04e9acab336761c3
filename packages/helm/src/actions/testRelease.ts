import { ActionError } from '../cluster/ActionError';
import type { Release } from '../releases';
import { historyOf } from './history';
import {
  checkReleaseName,
  recordAnyway,
  ReleaseContext,
} from './ReleaseContext';
import { runHooks } from './runHooks';

/** @public */
export interface TestOptions {
  name: string;
  timeoutMs: number;
  /** Names of tests that are run; `!name` leaves one out. All without it. */
  filters?: readonly string[];
}

/**
 * Runs the tests of the last revision of a release, as Helm 4.2 does; gives the
 * revision with what became of them, as it is recorded.
 *
 * @throws ActionError `hook-failed` with the revision where a test failed
 * @public
 */
export async function testRelease(
  context: ReleaseContext,
  options: TestOptions,
): Promise<Release> {
  const { name, timeoutMs, filters = [] } = options;
  checkReleaseName(name);
  const { last } = await historyOf(context, name);
  if (!last) {
    throw new ActionError('no-release', `there is no release ${name}`);
  }
  const excluded = new Set(
    filters.filter(one => one.startsWith('!')).map(one => one.slice(1)),
  );
  const included = new Set(filters.filter(one => !one.startsWith('!')));
  try {
    const release = await runHooks(context, last, 'test', {
      wait: { strategy: 'watcher', timeoutMs },
      serverSide: true,
      isWanted: hook =>
        !excluded.has(hook.name) &&
        (included.size === 0 || included.has(hook.name)),
    });
    await context.records.update(release, { signal: context.signal });
    return release;
  } catch (error) {
    if (error instanceof ActionError && error.release) {
      await recordAnyway(context, error.release);
    }
    throw error;
  }
}
