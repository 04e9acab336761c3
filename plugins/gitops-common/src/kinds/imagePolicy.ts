import { CommonStatus, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { NamespacedObjectReference } from './references';
import {
  boolean,
  choice,
  duration,
  FieldSchema,
  object,
  required,
  string,
} from './schema';
import {
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * ImagePolicy, image.toolkit.fluxcd.io/v1 (Flux 2.9): which tag of an image is
 * the latest.
 *
 * @public
 */
export type ImagePolicy = GitopsObject<ImagePolicySpec, ImagePolicyStatus>;

/** @public */
export interface ImagePolicySpec {
  imageRepositoryRef: NamespacedObjectReference;
  /** Exactly one of the three. */
  policy: ImagePolicyChoice;
  filterTags?: TagFilter;
  /** Default `Never`. */
  digestReflectionPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Go duration; with `Always` and only then. */
  interval?: string;
  suspend?: boolean;
}

/** @public */
export interface ImagePolicyChoice {
  semver?: { range: string };
  /** Default order `asc`: the last one in the alphabet wins. */
  alphabetical?: { order?: 'asc' | 'desc' };
  /** Default order `asc`: the greatest number wins. */
  numerical?: { order?: 'asc' | 'desc' };
}

/** @public */
export interface TagFilter {
  /** RE2 regular expression. */
  pattern?: string;
  /** What of a match is compared, such as `$ts`. */
  extract?: string;
}

/** @public */
export interface ImageRef {
  name: string;
  tag: string;
  digest?: string;
}

/** @public */
export interface ImagePolicyStatus extends CommonStatus {
  latestRef?: ImageRef;
  observedPreviousRef?: ImageRef;
}

function order(description: string): FieldSchema {
  return object<{ order?: 'asc' | 'desc' }>(description, {
    order: choice('Order in which the last one wins.', ['asc', 'desc'], {
      default: 'asc',
    }),
  });
}

/** An image as policies and automations report it. */
export function imageRef(description: string): FieldSchema {
  return object<ImageRef>(description, {
    name: required(string('Name of the image.')),
    tag: required(string('Tag of the image.')),
    digest: string('Digest of the image.'),
  });
}

const spec = object<ImagePolicySpec>(
  'Which image to look at and which of its tags to prefer.',
  {
    imageRepositoryRef: required(
      object<NamespacedObjectReference>('ImageRepository with the tags.', {
        name: required(string('Name of the ImageRepository.')),
        namespace: string('Its namespace; the own one if left out.'),
      }),
    ),
    policy: required(
      object<ImagePolicyChoice>('How tags are compared: one of the three.', {
        semver: object<{ range: string }>('As versions.', {
          range: required(string('Range of versions; the highest in it wins.')),
        }),
        alphabetical: order('As text.'),
        numerical: order('As numbers.'),
      }),
    ),
    filterTags: object<TagFilter>('Which tags count, and what of them.', {
      pattern: string('Regular expression that tags must match.'),
      extract: string(
        'What of a match is compared, with the groups of the pattern as $name or $1.',
      ),
    }),
    digestReflectionPolicy: choice(
      'Whether the digest of the tag is looked up: each interval, once, or never.',
      ['Always', 'IfNotPresent', 'Never'],
      { default: 'Never' },
    ),
    interval: duration('Time between two looks at the digest.'),
    suspend: boolean('Stops looking; the last tag stays.'),
  },
  {
    rules: [
      {
        rule: "!has(self.interval) || (has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
        message: "is allowed only with digestReflectionPolicy 'Always'",
        field: 'interval',
        check: self =>
          self.interval === undefined ||
          self.digestReflectionPolicy === 'Always',
      },
      {
        rule: "has(self.interval) || !(has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
        message: "is required with digestReflectionPolicy 'Always'",
        field: 'interval',
        check: self =>
          self.interval !== undefined ||
          self.digestReflectionPolicy !== 'Always',
      },
    ],
  },
);

const status = object<ImagePolicyStatus>(
  'Which tag is the latest and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    latestRef: imageRef('The latest image.'),
    observedPreviousRef: imageRef('The one that was the latest before.'),
  },
  UNOBSERVED,
);

/** @public */
export const imagePolicyKind = defineKind({
  kind: 'ImagePolicy',
  group: 'image.toolkit.fluxcd.io',
  plural: 'imagepolicies',
  shortNames: ['imgpol', 'imagepol'],
  category: 'fluxcd-images',
  controller: 'image',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1alpha2', 'v1beta1', 'v1beta2', 'v1'],
  description: 'Which tag of an image is the latest.',
  printerColumns: [
    { name: 'Image', type: 'string', jsonPath: '.status.latestRef.name' },
    { name: 'Tag', type: 'string', jsonPath: '.status.latestRef.tag' },
    ...READY_COLUMNS,
    AGE_COLUMN,
  ],
  spec,
  status,
});
