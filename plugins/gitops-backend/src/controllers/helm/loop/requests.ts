import {
  FluxAnnotation,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { HelmRun } from './ReleaseRequest';

/** Whether somebody asks to act once whatever retries are left; asked of once. */
export function takeForceRequest(run: HelmRun): boolean {
  return take(run, FluxAnnotation.forceAt, 'lastHandledForceAt');
}

/** Whether somebody asks to forget failures; asked of once. */
export function takeResetRequest(run: HelmRun): boolean {
  return take(run, FluxAnnotation.resetAt, 'lastHandledResetAt');
}

/**
 * A request counts where it came together with one to reconcile, and neither was
 * seen before (Flux 2.9).
 */
function take(
  { object, status }: HelmRun,
  annotation: string,
  handled: 'lastHandledForceAt' | 'lastHandledResetAt',
): boolean {
  const { annotations = {} } = object.metadata;
  const requested = annotations[annotation];
  if (requested === undefined) {
    return false;
  }
  const before = status[handled];
  status[handled] = requested;
  return (
    requested === annotations[FluxAnnotation.requestedAt] &&
    requested !== lastReconcileOf(object) &&
    requested !== before
  );
}

function lastReconcileOf({ status }: HelmRelease): string | undefined {
  return status?.lastHandledReconcileAt;
}
