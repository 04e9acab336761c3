import { ARTIFACT_DIGEST_PATTERN, Artifact } from '../artifact';
import { Condition } from '../objects';
import {
  choice,
  dateTime,
  FieldSchema,
  int64,
  list,
  object,
  required,
  string,
  stringMap,
} from './schema';

/**
 * One object that a delivery applied.
 *
 * @public
 */
export interface ResourceRef {
  /** `<namespace>_<name>_<group>_<kind>`, colons of the name as `__`. */
  id: string;
  /** API version without the group. */
  v: string;
}

/**
 * Everything that a delivery applied, in apply order.
 *
 * @public
 */
export interface ResourceInventory {
  entries: ResourceRef[];
}

/** Fields of every status that is reconciled. */
export const observedGeneration = int64(
  'Generation of the spec that the status speaks about; -1 before the first look.',
);

export const lastHandledReconcileAt = string(
  'Value of the annotation reconcile.fluxcd.io/requestedAt that was handled last.',
);

export const conditions: FieldSchema = list(
  'What is true of the object now.',
  object<Condition>('One aspect of the state of the object.', {
    type: required(
      string('Name of the aspect, in CamelCase, with an optional prefix.', {
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      }),
    ),
    status: required(choice('Whether it holds.', ['True', 'False', 'Unknown'])),
    observedGeneration: int64(
      'Generation of the object that the condition speaks about.',
      { minimum: 0 },
    ),
    lastTransitionTime: required(
      dateTime('When the condition changed the last time.'),
    ),
    reason: required(
      string('Why, as one word in CamelCase for programs.', {
        minLength: 1,
        maxLength: 1024,
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      }),
    ),
    message: required(
      string('Why, as a sentence for people; may be empty.', {
        maxLength: 32768,
      }),
    ),
  }),
);

export function artifact(description: string): FieldSchema {
  return object<Artifact>(description, {
    path: required(
      string('Path of the file, relative to the root of the artifact store.'),
    ),
    url: required(string('Address from which the file can be fetched.')),
    revision: required(
      string('What upstream calls it: commit, tag, chart version or digest.'),
    ),
    digest: required(
      string('Digest of the file, `<algorithm>:<hex>`.', {
        pattern: ARTIFACT_DIGEST_PATTERN,
      }),
    ),
    lastUpdateTime: required(dateTime('When the file was written.')),
    size: int64('Bytes of the file.'),
    metadata: stringMap('What upstream says of it, such as OCI annotations.'),
  });
}

export function inventory(description: string): FieldSchema {
  return object<ResourceInventory>(description, {
    entries: required(
      list(
        'The objects, in the order in which they were applied.',
        object<ResourceRef>('One object in the cluster.', {
          id: required(string('`<namespace>_<name>_<group>_<kind>`.')),
          v: required(string('API version of the kind, without its group.')),
        }),
      ),
    ),
  });
}

/** A fresh object reads as in progress until somebody looked at it. */
export const UNOBSERVED = { default: { observedGeneration: -1 } };
