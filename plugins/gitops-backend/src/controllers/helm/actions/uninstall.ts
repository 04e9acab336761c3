import {
  ActionError,
  Propagation,
  uninstallRelease,
} from '@backstage-gitops/helm/actions';
import {
  ConditionType,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReleaseAccess } from '../loop/ReleaseRequest';
import { HelmReason, summarize } from '../loop/summarize';
import { timeoutOf } from '../loop/timing';
import { chartName, fullName, newestFirst } from '../release/history';
import { ActionResult, ran, ReleaseMismatchError } from './ActionResult';
import { OpenAction } from './OpenAction';
import { recordChanges } from './recordHistory';
import { reportAction } from './report';
import { waitOf } from './waitOf';

const PROPAGATION = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
} as const satisfies Record<string, Propagation>;

/** Uninstalls a release that is not wanted any more. */
export async function uninstall(access: ReleaseAccess): Promise<ActionResult> {
  const { run } = access;
  const [current] = newestFirst(run.status.history);
  if (!current) {
    return ran;
  }
  const { error, isGone, log } = await remove(access, current, 'uninstall');
  const named = `${fullName(current)} with chart ${chartName(current)}`;
  const condition = { type: ConditionType.Released, status: 'False' } as const;
  if (isGone) {
    await run.report({
      condition,
      reason: HelmReason.UninstallSucceeded,
      message: isGone(fullName(current)),
    });
  } else if (error) {
    run.status.failures = (run.status.failures ?? 0) + 1;
    await reportAction(access, {
      condition,
      event: 'Warning',
      reason: HelmReason.UninstallFailed,
      message: `Helm uninstall failed for release ${named}: ${error.message.trim()}`,
      ...{ log, subject: current },
    });
  } else {
    delete run.status.inventory;
    await reportAction(access, {
      condition,
      event: 'Normal',
      reason: HelmReason.UninstallSucceeded,
      message: `Helm uninstall succeeded for release ${named}`,
      subject: current,
    });
  }
  summarize(run);
  return error && !isGone ? { type: 'error', error } : ran;
}

/** Uninstalls a release since it failed. */
export async function uninstallRemediation(
  access: ReleaseAccess,
): Promise<ActionResult> {
  const { run } = access;
  const [current] = newestFirst(run.status.history);
  if (!current) {
    const problem = 'there is no release to uninstall';
    return { type: 'error', error: new ReleaseMismatchError(problem) };
  }
  const { error, log } = await remove(access, current, 'uninstall-remediation');
  const named = `${fullName(current)} with chart ${chartName(current)}`;
  if (error) {
    run.status.failures = (run.status.failures ?? 0) + 1;
  }
  await reportAction(access, {
    condition: {
      type: ConditionType.Remediated,
      status: error ? 'False' : 'True',
    },
    event: error ? 'Warning' : 'Normal',
    reason: error ? HelmReason.UninstallFailed : HelmReason.UninstallSucceeded,
    message: `Helm uninstall remediation for release ${named} ${error ? `failed: ${error.message.trim()}` : 'succeeded'}`,
    log: error && log,
    subject: current,
  });
  summarize(run);
  const [now] = newestFirst(run.status.history);
  return error && now?.digest === current.digest
    ? { type: 'error', error }
    : ran;
}

async function remove(
  access: ReleaseAccess,
  current: HelmSnapshot,
  action: string,
): Promise<{
  error?: Error;
  /** How to say that there was nothing to do. */
  isGone?: (name: string) => string;
  log: string;
}> {
  const { run } = access;
  const { uninstall: options = {} } = run.object.spec;
  const open = new OpenAction(access);
  try {
    const { release, kept } = await uninstallRelease(open.context, {
      name: current.name,
      wait: waitOf(run.object, options, timeoutOf(run.object, 'uninstall')),
      disableHooks: options.disableHooks,
      keepHistory: options.keepHistory,
      propagation: PROPAGATION[options.deletionPropagation ?? 'background'],
    });
    recordChanges(run, [release], { action });
    if (kept.length > 0) {
      await run.report({
        event: 'Trace',
        reason: HelmReason.UninstallSucceeded,
        message: `These objects were kept:\n${kept.map(({ kind, namespace = '', name, reason }) => `${kind}/${namespace}/${name}: ${reason}`).join('\n')}`,
      });
    }
    return release.version === current.version
      ? { log: open.log }
      : {
          log: open.log,
          error: new ReleaseMismatchError(
            `revision ${release.version} was uninstalled, which is not the current one: ${fullName(current)}`,
          ),
        };
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    recordChanges(run, open.records.written, { action });
    open.assertNotStopped();
    if (error instanceof ActionError && error.code === 'no-release') {
      return {
        ...{ error, log: open.log },
        isGone: name =>
          error.release
            ? `Release ${name} was already uninstalled`
            : `Release ${name} was not found, assuming it is uninstalled`,
      };
    }
    return { error, log: open.log };
  }
}
