import {
  boolean,
  CelRule,
  choice,
  duration,
  FieldSchema,
  FieldsOf,
  integer,
  list,
  object,
  required,
  string,
} from './schema';

/**
 * What happens after a failed install or upgrade.
 *
 * @public
 */
export interface HelmFailureStrategy {
  name: 'RemediateOnFailure' | 'RetryOnFailure';
  /** Go duration, default 5m; with `RetryOnFailure` only. */
  retryInterval?: string;
}

/** @public */
export interface HelmInstallRemediation {
  /** Default 0; -1 is unlimited. */
  retries?: number;
  ignoreTestFailures?: boolean;
  /** Remediate once the retries are used up, too. */
  remediateLastFailure?: boolean;
}

/** @public */
export interface HelmUpgradeRemediation extends HelmInstallRemediation {
  /** Default `rollback`. */
  strategy?: 'rollback' | 'uninstall';
}

/** What install and upgrade share. */
interface HelmAction {
  /** Go duration; default `spec.timeout`. */
  timeout?: string;
  strategy?: HelmFailureStrategy;
  disableTakeOwnership?: boolean;
  disableWait?: boolean;
  disableWaitForJobs?: boolean;
  disableHooks?: boolean;
  disableOpenAPIValidation?: boolean;
  disableSchemaValidation?: boolean;
  crds?: 'Skip' | 'Create' | 'CreateReplace';
}

/** @public */
export interface HelmInstall extends HelmAction {
  remediation?: HelmInstallRemediation;
  replace?: boolean;
  /** Older spelling of `crds: Skip`. */
  skipCRDs?: boolean;
  createNamespace?: boolean;
  /** Default true. */
  serverSideApply?: boolean;
}

/** @public */
export interface HelmUpgrade extends HelmAction {
  remediation?: HelmUpgradeRemediation;
  force?: boolean;
  preserveValues?: boolean;
  cleanupOnFail?: boolean;
  /** Default `auto`. */
  serverSideApply?: 'enabled' | 'disabled' | 'auto';
  /** Default `Reinstall`. */
  chartNameChangeStrategy?: 'InPlaceUpdate' | 'Reinstall';
}

/** @public */
export interface HelmTest {
  enable?: boolean;
  timeout?: string;
  ignoreFailures?: boolean;
  filters?: { name: string; exclude?: boolean }[];
}

/** @public */
export interface HelmRollback {
  timeout?: string;
  disableWait?: boolean;
  disableWaitForJobs?: boolean;
  disableHooks?: boolean;
  /** Without effect. */
  recreate?: boolean;
  force?: boolean;
  cleanupOnFail?: boolean;
  /** Default `auto`. */
  serverSideApply?: 'enabled' | 'disabled' | 'auto';
}

/** @public */
export interface HelmUninstall {
  timeout?: string;
  disableHooks?: boolean;
  keepHistory?: boolean;
  disableWait?: boolean;
  /** Default `background`. */
  deletionPropagation?: 'background' | 'foreground' | 'orphan';
}

/** The part of a HelmRelease's spec that is about actions. */
interface HelmActions {
  install?: HelmInstall;
  upgrade?: HelmUpgrade;
  test?: HelmTest;
  rollback?: HelmRollback;
  uninstall?: HelmUninstall;
}

const limit = duration('Bound of the action; spec.timeout if left out.');
const disableWait = boolean('Whether not to wait for the objects.');
const disableWaitForJobs = boolean('Whether not to wait for Jobs.');
const disableHooks = boolean('Whether hooks are left out.');
const cleanupOnFail = boolean('Whether new objects are deleted on failure.');
const SERVER_SIDE_APPLY = ['enabled', 'disabled', 'auto'];

const retryOnly: CelRule = {
  rule: "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
  message: "is allowed only with the name 'RetryOnFailure'",
  field: 'retryInterval',
  check: self =>
    self.retryInterval === undefined || self.name === 'RetryOnFailure',
};

const action: FieldsOf<HelmAction> = {
  timeout: limit,
  strategy: object<HelmFailureStrategy>(
    'What happens after a failure.',
    {
      name: required(
        choice(
          'Whether a failure is undone before the next attempt, or only tried again.',
          ['RemediateOnFailure', 'RetryOnFailure'],
        ),
      ),
      retryInterval: duration('Time until the next attempt; 5m if left out.'),
    },
    { rules: [retryOnly] },
  ),
  disableTakeOwnership: boolean(
    'Whether objects that exist already make the action fail.',
  ),
  disableWait,
  disableWaitForJobs,
  disableHooks,
  disableOpenAPIValidation: boolean(
    'Whether objects are not checked against the schemas of the API server.',
  ),
  disableSchemaValidation: boolean(
    'Whether values are not checked against the schema of the chart.',
  ),
  crds: choice('What happens to the CRDs of the chart.', [
    'Skip',
    'Create',
    'CreateReplace',
  ]),
};

const remediation: FieldsOf<HelmInstallRemediation> = {
  retries: integer('Number of further attempts; -1 for no limit.'),
  ignoreTestFailures: boolean('Whether failed tests are no failure.'),
  remediateLastFailure: boolean('Whether the last failure is undone, too.'),
};

const install: FieldSchema = object<HelmInstall>('How it is installed.', {
  ...action,
  remediation: object<HelmInstallRemediation>(
    'How a failed install is undone.',
    remediation,
  ),
  replace: boolean('Whether the name of a deleted release may be used again.'),
  skipCRDs: boolean('Whether the CRDs of the chart are left out.', {
    deprecated: 'use crds: Skip',
  }),
  createNamespace: boolean('Whether the target namespace is created.'),
  serverSideApply: boolean('Whether objects are applied on the server.'),
});

const upgrade: FieldSchema = object<HelmUpgrade>('How it is upgraded.', {
  ...action,
  remediation: object<HelmUpgradeRemediation>(
    'How a failed upgrade is undone.',
    {
      ...remediation,
      strategy: choice('Whether it is rolled back or uninstalled.', [
        'rollback',
        'uninstall',
      ]),
    },
  ),
  force: boolean('Whether objects are replaced in place of being changed.'),
  preserveValues: boolean(
    'Whether the values of the last release are taken over.',
  ),
  cleanupOnFail,
  serverSideApply: choice(
    'Whether objects are applied on the server; auto as in the last release.',
    SERVER_SIDE_APPLY,
  ),
  chartNameChangeStrategy: choice(
    'What happens when the chart has another name than before.',
    ['InPlaceUpdate', 'Reinstall'],
  ),
});

export const helmActionsFields: FieldsOf<HelmActions> = {
  install,
  upgrade,
  test: object<HelmTest>('Whether and how the tests of the chart are run.', {
    enable: boolean('Whether tests are run.'),
    timeout: limit,
    ignoreFailures: boolean('Whether failed tests are no failure.'),
    filters: list(
      'Which tests are run.',
      object<NonNullable<HelmTest['filters']>[number]>('One test.', {
        name: required(
          string('Name of the test.', { minLength: 1, maxLength: 253 }),
        ),
        exclude: boolean('Whether it is left out.'),
      }),
    ),
  }),
  rollback: object<HelmRollback>('How it is rolled back.', {
    timeout: limit,
    disableWait,
    disableWaitForJobs,
    disableHooks,
    recreate: boolean('Without effect.', { deprecated: 'it has no effect' }),
    force: boolean('Whether objects are replaced in place of being changed.'),
    cleanupOnFail,
    serverSideApply: choice(
      'Whether objects are applied on the server; auto as in the last release.',
      SERVER_SIDE_APPLY,
    ),
  }),
  uninstall: object<HelmUninstall>('How it is uninstalled.', {
    timeout: limit,
    disableHooks,
    keepHistory: boolean('Whether the records of the release are kept.'),
    disableWait,
    deletionPropagation: choice(
      'How what an object owns is deleted.',
      ['background', 'foreground', 'orphan'],
      { default: 'background' },
    ),
  }),
};
