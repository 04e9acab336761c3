import { ConditionType, Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  FetchRetry,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';

/** What can go wrong with a chart (Flux 2.9), in its words. */
const FAILURES = {
  InvalidChartReference: {
    summary: 'invalid chart reference',
    condition: ConditionType.FetchFailed,
    retry: 'stall',
  },
  ChartPullError: {
    summary: 'chart pull error',
    condition: ConditionType.FetchFailed,
    retry: 'backoff',
  },
  MetadataPatchError: {
    summary: 'chart metadata patch error',
    condition: ConditionType.BuildFailed,
    retry: 'stall',
  },
  ValuesFilesError: {
    summary: 'values files merge error',
    condition: ConditionType.BuildFailed,
    retry: 'stall',
  },
  DependencyBuildError: {
    summary: 'dependency build error',
    condition: ConditionType.BuildFailed,
    retry: 'backoff',
  },
  ChartPackageError: {
    summary: 'chart package error',
    condition: ConditionType.BuildFailed,
    retry: 'backoff',
  },
  ChartVerificationError: {
    summary: 'chart verification error',
    condition: ConditionType.BuildFailed,
    retry: 'backoff',
  },
} as const satisfies Partial<
  Record<
    keyof typeof Reason,
    { summary: string; condition: string; retry: FetchRetry }
  >
>;

/** A chart that was not made, with the condition that goes with the reason. */
export function buildFailure(
  reason: keyof typeof FAILURES,
  problem: string,
): SourceFetchError {
  const { summary, condition, retry } = FAILURES[reason];
  return new SourceFetchError(`${summary}: ${problem}`, {
    ...{ reason, condition, retry },
  });
}

/** The chart's own `code` of an error, which threads take the class of. */
export function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
