import {
  ConditionStatus,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { ReleaseAccess, ReleaseRequest } from '../loop/ReleaseRequest';

/** What an event is about, in its metadata. */
export type Subject = Pick<
  HelmSnapshot,
  'chartVersion' | 'configDigest' | 'appVersion' | 'ociDigest'
>;

/** What is about to be released, or failed to be. */
export function wantedSubject({ run, chart }: ReleaseRequest): Subject {
  return {
    chartVersion: chart.version,
    configDigest: run.status.lastAttemptedConfigDigest ?? '',
    appVersion: chart.appVersion,
    ociDigest: chart.ociDigest,
  };
}

/** Says what became of an action in a condition and, with its log, in an event. */
export async function reportAction(
  { run, mask }: ReleaseAccess,
  report: {
    /** None where there is only an event. */
    condition?: { type: string; status: ConditionStatus };
    event: 'Normal' | 'Warning';
    reason: string;
    message: string;
    log?: string;
    subject: Subject;
  },
): Promise<void> {
  const { condition, event, reason, log = '', subject } = report;
  const message = mask?.mask(report.message) ?? report.message;
  if (condition) {
    await run.report({ condition, reason, message });
  }
  await run.report({
    ...{ event, reason },
    message: `${message}${log}`,
    revision: subject.chartVersion,
    metadata: {
      token: subject.configDigest,
      ...(subject.appVersion && { 'app-version': subject.appVersion }),
      ...(subject.ociDigest && { 'oci-digest': subject.ociDigest }),
    },
  });
}
