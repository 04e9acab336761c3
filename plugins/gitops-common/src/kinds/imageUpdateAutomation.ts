import { CommonStatus, GitopsObject } from '../objects';
import { GitRepositoryRef } from './gitRepository';
import { ImageRef, imageRef } from './imagePolicy';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { LocalObjectReference, localRef, SourceReference } from './references';
import {
  boolean,
  choice,
  dateTime,
  duration,
  list,
  object,
  required,
  string,
  stringMap,
} from './schema';
import {
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * ImageUpdateAutomation, image.toolkit.fluxcd.io/v1 (Flux 2.9): commits of the
 * latest images to Git.
 *
 * @public
 */
export type ImageUpdateAutomation = GitopsObject<
  ImageUpdateAutomationSpec,
  ImageUpdateAutomationStatus
>;

/** @public */
export interface ImageUpdateAutomationSpec {
  sourceRef: SourceReference<'GitRepository'>;
  git?: GitSpec;
  /** Go duration. */
  interval: string;
  /** ImagePolicies of the same namespace; all if left out. */
  policySelector?: LabelSelector;
  /** Default `{strategy: Setters}`. */
  update?: UpdateStrategy;
  suspend?: boolean;
}

/** @public */
export interface GitSpec {
  checkout?: { ref: GitRepositoryRef };
  commit: CommitSpec;
  push?: PushSpec;
}

/** @public */
export interface CommitSpec {
  author: { email: string; name?: string };
  signingKey?: { secretRef: LocalObjectReference; type?: 'gpg' | 'ssh' };
  /** A Go template. */
  messageTemplate?: string;
  /** `.Values` of the template. */
  messageTemplateValues?: Record<string, string>;
}

/** @public */
export interface PushSpec {
  /** Default: the branch that was checked out. */
  branch?: string;
  refspec?: string;
  options?: Record<string, string>;
}

/** @public */
export interface UpdateStrategy {
  strategy?: 'Setters';
  /** Default: the root of the repository. */
  path?: string;
}

/** @public */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelSelectorRequirement[];
}

/** @public */
export interface LabelSelectorRequirement {
  key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  operator: string;
  values?: string[];
}

/** @public */
export interface ImageUpdateAutomationStatus extends CommonStatus {
  lastAutomationRunTime?: string;
  lastPushCommit?: string;
  lastPushTime?: string;
  /** By name of the policy. */
  observedPolicies?: Record<string, ImageRef>;
  observedSourceRevision?: string;
}

const commit = object<CommitSpec>('How commits are made.', {
  author: required(
    object<CommitSpec['author']>('Author and committer.', {
      email: required(string('Address of the author.')),
      name: string('Name of the author.'),
    }),
  ),
  signingKey: object<NonNullable<CommitSpec['signingKey']>>(
    'Key that signs commits.',
    {
      secretRef: required(
        localRef(
          'Secret with the key: git.asc and passphrase, or identity and password.',
        ),
      ),
      type: choice('Kind of the key; gpg if left out.', ['gpg', 'ssh']),
    },
  ),
  messageTemplate: string('Go template of the message.'),
  messageTemplateValues: stringMap('Values for the template.'),
});

const spec = object<ImageUpdateAutomationSpec>(
  'Which files to update and where to push them.',
  {
    sourceRef: required(
      object<ImageUpdateAutomationSpec['sourceRef']>(
        'GitRepository with address and credentials.',
        {
          apiVersion: string('API version of the source.'),
          kind: required(
            choice('Kind of the source.', ['GitRepository'], {
              default: 'GitRepository',
            }),
          ),
          name: required(string('Name of the source.')),
          namespace: string(
            'Namespace of the source; the own one if left out.',
          ),
        },
      ),
    ),
    git: object<GitSpec>('What to check out, to commit and to push.', {
      checkout: object<NonNullable<GitSpec['checkout']>>(
        'What to check out; as the GitRepository says if left out.',
        {
          ref: required(
            object<GitRepositoryRef>('Reference to check out.', {
              branch: string('Branch; master if no other field is set.'),
              tag: string('Tag to check out.'),
              semver: string('Range of versions over tags.'),
              name: string('Full reference such as refs/heads/main.'),
              commit: string('Full commit hash.'),
            }),
          ),
        },
      ),
      commit: required(commit),
      push: object<PushSpec>('What to push; the branch if left out.', {
        branch: string(
          'Branch to push to; it is created where it does not exist.',
        ),
        refspec: string('Refspec to push.'),
        options: stringMap('Push options of Git.', { sensitive: true }),
      }),
    }),
    interval: required(duration('Time between two runs.')),
    policySelector: object<LabelSelector>(
      'Labels of the ImagePolicies that count; all of the namespace if left out.',
      {
        matchLabels: stringMap('Labels and their values.'),
        matchExpressions: list(
          'Conditions over labels; all must hold.',
          object<LabelSelectorRequirement>('One condition.', {
            key: required(string('Name of the label.')),
            operator: required(string('In, NotIn, Exists or DoesNotExist.')),
            values: list(
              'Values, for In and NotIn.',
              string('A value of the label.'),
              { listType: 'atomic' },
            ),
          }),
          { listType: 'atomic' },
        ),
      },
      { mapType: 'atomic' },
    ),
    update: object<UpdateStrategy>(
      'How files are updated.',
      {
        strategy: choice(
          'Setters: fields that carry a marker of a policy.',
          ['Setters'],
          { default: 'Setters' },
        ),
        path: string('Directory with the files; the root if left out.'),
      },
      { default: { strategy: 'Setters' } },
    ),
    suspend: boolean('Stops updating.'),
  },
);

const status = object<ImageUpdateAutomationStatus>(
  'What was pushed and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    lastAutomationRunTime: dateTime('When the last run was.'),
    lastPushCommit: string('Hash of the commit that was pushed last.'),
    lastPushTime: dateTime('When it was pushed.'),
    observedPolicies: {
      type: 'object',
      description: 'Images that the last run knew, by name of the policy.',
      additionalProperties: imageRef('The latest image of a policy.'),
    },
    observedSourceRevision: string('Revision that the last run checked out.'),
  },
  UNOBSERVED,
);

/** @public */
export const imageUpdateAutomationKind = defineKind({
  kind: 'ImageUpdateAutomation',
  group: 'image.toolkit.fluxcd.io',
  plural: 'imageupdateautomations',
  shortNames: ['iua', 'imgupd', 'imgauto'],
  category: 'fluxcd-images',
  controller: 'image',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1alpha2', 'v1beta1', 'v1beta2', 'v1'],
  description: 'Commits of the latest images to Git.',
  printerColumns: [
    ...READY_COLUMNS,
    {
      name: 'Last run',
      type: 'string',
      jsonPath: '.status.lastAutomationRunTime',
      priority: 1,
    },
    AGE_COLUMN,
  ],
  spec,
  status,
});
