import { ActionError } from '../cluster/ActionError';
import { hooksFor } from '../manifests';
import type { HookEvent } from '../manifests';
import type { HookExecution, Release, ReleaseHook } from '../releases';
import { HookRun, HookSettings } from './HookRun';
import { ReleaseContext, timestamp } from './ReleaseContext';

/** How the hooks of an event are run. */
export interface RunHooksOptions extends HookSettings {
  /** Runs these only. */
  isWanted?: (hook: ReleaseHook) => boolean;
}

/**
 * Runs the hooks of an event one after the other, each until it has done its work.
 * The first that fails ends it. Gives the release with what became of its hooks;
 * an error has it, too.
 *
 * @throws ActionError `hook-failed`, with the release
 */
export async function runHooks(
  context: ReleaseContext,
  release: Release,
  event: HookEvent,
  options: RunHooksOptions,
): Promise<Release> {
  const { isWanted = () => true } = options;
  const hooks = hooksFor(release.hooks, event) as ReleaseHook[];
  const runs = hooks
    .filter(isWanted)
    .map(hook => new HookRun(context, release, hook, options));
  let now = release;
  for (const [i, run] of runs.entries()) {
    context.signal?.throwIfAborted();
    const { hook } = run;
    context.onProgress?.(`running the ${event} hook ${hook.path}`);
    const startedAt = timestamp(context);
    try {
      await run.prepare();
      now = withRun(now, hook, { startedAt, phase: 'Running' });
      await context.records.update(now, { signal: context.signal });
      await run.start();
      await run.finish();
    } catch (error) {
      const completedAt = timestamp(context);
      now = withRun(now, hook, { startedAt, completedAt, phase: 'Failed' });
      await run.tellLogs('hook-failed');
      await run.deleteFor('hook-failed');
      for (const earlier of runs.slice(0, i)) {
        await earlier.deleteFor('hook-succeeded');
      }
      throw new ActionError(
        'hook-failed',
        `failed ${event}: hook ${hook.path} (${hook.kind} ${hook.name}): ${(error as Error).message}`,
        { cause: error, release: now },
      );
    }
    const completedAt = timestamp(context);
    now = withRun(now, hook, { startedAt, completedAt, phase: 'Succeeded' });
  }
  for (const run of runs.reverse()) {
    await run.tellLogs('hook-succeeded');
    await run.deleteFor('hook-succeeded');
  }
  return now;
}

function withRun(
  release: Release,
  hook: ReleaseHook,
  lastRun: HookExecution,
): Release {
  return {
    ...release,
    hooks: release.hooks.map(one =>
      one.path === hook.path && one.name === hook.name && one.kind === hook.kind
        ? { ...one, lastRun }
        : one,
    ),
  };
}
