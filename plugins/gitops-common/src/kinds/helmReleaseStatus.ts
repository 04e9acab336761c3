import type { HelmReleaseStatus } from './helmRelease';
import {
  choice,
  dateTime,
  int64,
  integer,
  list,
  object,
  required,
  string,
} from './schema';
import {
  conditions,
  inventory,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * What Flux remembers of a release of Helm.
 *
 * @public
 */
export interface HelmSnapshot {
  /** Version of this form: `v2`. */
  apiVersion?: string;
  /** Digest of the release as it was made; another one means somebody meddled. */
  digest: string;
  name: string;
  namespace: string;
  /** Revision of the release. */
  version: number;
  /** `deployed`, `failed`, `superseded`, `uninstalled`, … */
  status: string;
  action?: string;
  chartName: string;
  chartVersion: string;
  appVersion?: string;
  /** Digest of the values. */
  configDigest: string;
  firstDeployed: string;
  lastDeployed: string;
  deleted?: string;
  /** By name of the hook. */
  testHooks?: Record<string, HelmTestHook>;
  ociDigest?: string;
}

/** @public */
export interface HelmTestHook {
  lastStarted?: string;
  lastCompleted?: string;
  phase?: string;
}

const snapshot = object<HelmSnapshot>('One release of Helm.', {
  apiVersion: string('Version of this form.'),
  digest: required(
    string('Digest of the release; another one means that it was changed.'),
  ),
  name: required(string('Name of the release.')),
  namespace: required(string('Namespace of the release.')),
  version: required(integer('Revision of the release.')),
  status: required(string('Status of the release, in the words of Helm.')),
  action: string('What made it.'),
  chartName: required(string('Name of the chart.')),
  chartVersion: required(string('Version of the chart.')),
  appVersion: string('Version of the application.'),
  configDigest: required(string('Digest of the values.')),
  firstDeployed: required(dateTime('When the release was first deployed.')),
  lastDeployed: required(dateTime('When this revision was deployed.')),
  deleted: dateTime('When it was deleted.'),
  testHooks: {
    type: 'object',
    description: 'Outcome of the tests, by name of the hook.',
    additionalProperties: object<HelmTestHook>('Outcome of one test.', {
      lastStarted: dateTime('When it began.'),
      lastCompleted: dateTime('When it ended.'),
      phase: string('How it ended.'),
    }),
  },
  ociDigest: string('Digest of the artifact that held the chart.'),
});

export const helmReleaseStatus = object<HelmReleaseStatus>(
  'What was released and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    helmChart: string('HelmChart that was made, as namespace/name.'),
    storageNamespace: string('Namespace of the records of the release.', {
      minLength: 1,
      maxLength: 63,
    }),
    history: list('Releases, newest first.', snapshot),
    inventory: inventory('Objects of the release.'),
    lastAttemptedGeneration: int64('Generation of the last attempt.'),
    lastAttemptedRevision: string('Version of the chart of the last attempt.'),
    lastAttemptedRevisionDigest: string(
      'Digest of the artifact of the last attempt.',
    ),
    lastAttemptedConfigDigest: string(
      'Digest of the values of the last attempt.',
    ),
    lastAttemptedValuesChecksum: string(
      'Digest of the values, as older versions wrote it.',
    ),
    lastAttemptedReleaseAction: choice('What the last attempt did.', [
      'install',
      'upgrade',
    ]),
    lastAttemptedReleaseActionDuration: string(
      'How long the last attempt took.',
    ),
    lastReleaseRevision: integer(
      'Revision of the release, as older versions wrote it.',
    ),
    lastHandledForceAt: string(
      'Value of the annotation reconcile.fluxcd.io/forceAt that was handled last.',
    ),
    lastHandledResetAt: string(
      'Value of the annotation reconcile.fluxcd.io/resetAt that was handled last.',
    ),
    failures: int64('Number of failures since the last change.'),
    installFailures: int64('Number of failed installs since the last change.'),
    upgradeFailures: int64('Number of failed upgrades since the last change.'),
    observedPostRenderersDigest: string(
      'Digest of spec.postRenderers of the last success.',
    ),
    observedCommonMetadataDigest: string(
      'Digest of spec.commonMetadata of the last success.',
    ),
  },
  UNOBSERVED,
);
