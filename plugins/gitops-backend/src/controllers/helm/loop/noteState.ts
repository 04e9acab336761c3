import { ConditionType } from '@backstage-gitops/plugin-gitops-common';
import { describeDrift } from '../drift/describeDrift';
import { ObjectDrift } from '../drift/findDrift';
import { chartName, fullName, newestFirst } from '../release/history';
import { ReleaseState } from '../state/determineState';
import { HelmRun } from './ReleaseRequest';
import { HelmReason } from './summarize';

/**
 * Says what is known of a release before something is done about it
 * (helm-controller 1.6).
 */
export async function noteState(
  run: HelmRun,
  state: ReleaseState<readonly ObjectDrift[]>,
  options: { isForced: boolean },
): Promise<void> {
  switch (state.type) {
    case 'InSync':
      if (!options.isForced) {
        noteInSync(run);
      }
      break;
    case 'Untested':
      noteRecovered(run);
      break;
    case 'Drifted':
      await noteDrift(run, state.drift ?? []);
      break;
    default:
  }
}

function noteInSync(run: HelmRun): void {
  const { conditions, object } = run;
  noteRecovered(run);
  const released = conditions.get(ConditionType.Released);
  if (
    released?.reason === HelmReason.InstallFailed ||
    released?.reason === HelmReason.UpgradeFailed
  ) {
    const isInstall = released.reason === HelmReason.InstallFailed;
    conditions.markTrue(
      ConditionType.Released,
      isInstall ? HelmReason.InstallSucceeded : HelmReason.UpgradeSucceeded,
      `Helm ${isInstall ? 'install' : 'upgrade'} succeeded for release ${nameOf(run)}`,
    );
  }
  const { mode = 'disabled' } = object.spec.driftDetection ?? {};
  if (mode === 'disabled') {
    conditions.delete(ConditionType.Drifted);
  } else {
    conditions.markFalse(
      ConditionType.Drifted,
      HelmReason.NoDriftDetected,
      'No drift detected against the cluster state',
    );
  }
}

/** What it was rolled back to is what is wanted by now. */
function noteRecovered(run: HelmRun): void {
  const { conditions } = run;
  if (conditions.isTrue(ConditionType.Remediated)) {
    conditions.markTrue(
      ConditionType.Released,
      HelmReason.UpgradeSucceeded,
      `Helm upgrade succeeded for release ${nameOf(run)}`,
    );
    conditions.delete(ConditionType.Remediated);
  }
}

async function noteDrift(
  run: HelmRun,
  drift: readonly ObjectDrift[],
): Promise<void> {
  const [current] = newestFirst(run.status.history);
  const message = `Cluster state of release ${fullName(current)} has drifted from the desired state:\n${describeDrift(drift)}`;
  const before = run.conditions.get(ConditionType.Drifted);
  const isNews = before?.status !== 'True' || before.message !== message;
  await run.report({
    condition: { type: ConditionType.Drifted, status: 'True' },
    // What only warns would say it again at each interval.
    event: isNews ? 'Warning' : 'Trace',
    reason: HelmReason.DriftDetected,
    message,
    revision: current.chartVersion,
  });
}

function nameOf({ status }: HelmRun): string {
  const [current] = newestFirst(status.history);
  return `${fullName(current)} with chart ${chartName(current)}`;
}
