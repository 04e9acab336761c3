import {
  CommonStatus,
  GitopsAnnotation,
  GitopsObject,
  isSuspended,
  ObjectKey,
  objectKeyOf,
  ObjectPlace,
  ObjectSort,
  ObjectStatus,
  STATUS_WORDS,
  statusOf,
} from '@backstage-gitops/plugin-gitops-common';
import { fullEntityRef } from '@backstage-gitops/plugin-gitops-node';
import { listAt, relationsOf, textAt } from '../../homes/relationsOf';
import { withoutWebhook } from './withoutWebhook';

/**
 * What rules of permissions decide on: whose an object is and where it lives.
 *
 * @public
 */
export interface GitopsObjectResource {
  key: ObjectKey;
  apiVersion: string;
  /** In full and in lower case. */
  ownerRef?: string;
  /** Entity of the object itself. */
  entityRef?: string;
  /** Component that the object says it belongs to. */
  componentRef?: string;
}

/** The place of an object in each order; compared part by part. */
export type SortKey = readonly (number | string)[];

/** What lists need of an object, worked out once per version of it. */
export interface ObjectSummary extends GitopsObjectResource {
  /** `home/Kind/namespace/name`. */
  id: string;
  uid?: string;
  resourceVersion?: string;
  status: ObjectStatus;
  suspended: boolean;
  revision?: string;
  source?: ObjectPlace;
  interval?: string;
  /** When it was handled last, as far as the object tells. */
  lastHandledAt?: string;
  /** Lower case; what text search looks at. */
  searchText: string;
  sortKeys: Readonly<Record<ObjectSort, SortKey>>;
}

/** Reads the summary out of an object. Never fails, whatever the object holds. */
export function summarize(
  home: string,
  object: GitopsObject,
  tied: { entityRef?: string; ownerRef?: string } = {},
): ObjectSummary {
  const key = objectKeyOf(home, object);
  const id = `${key.home}/${key.kind}/${key.namespace}/${key.name}`;
  const { metadata } = object;
  const status = readStatus(object);
  const [source] = relationsOf(object).filter(
    ({ relation }) => relation === 'source',
  );
  const revision = revisionOf(object);
  const component = textAt(metadata.annotations, GitopsAnnotation.component);
  const changed = timeOf(status.since) ?? timeOf(metadata.creationTimestamp);
  const rank = STATUS_WORDS.indexOf(status.word);
  return {
    key,
    id,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    apiVersion: object.apiVersion,
    status,
    suspended: status.word === 'Suspended' || isSuspendedObject(object),
    revision,
    source: source && {
      kind: source.kind,
      namespace: source.namespace,
      name: source.name,
    },
    interval: textAt(object.spec, 'interval'),
    lastHandledAt: lastHandledAt(object),
    ownerRef: tied.ownerRef,
    componentRef: component && fullEntityRef(component, 'component'),
    entityRef: tied.entityRef && fullEntityRef(tied.entityRef, key.kind),
    searchText: [
      key.kind,
      `${key.namespace}/${key.name}`,
      source && `${source.namespace}/${source.name}`,
      revision,
    ]
      .filter(Boolean)
      .join(' ')
      .toLowerCase(),
    sortKeys: {
      attention: [rank, -(changed ?? 0), id],
      name: [key.name, key.namespace, id],
      lastChange: [-(changed ?? 0), id],
    },
  };
}

/** An object of a watch that lost its spec, as deletions may, still has a status. */
function withSpec(object: GitopsObject): GitopsObject {
  return typeof object.spec === 'object' && object.spec !== null
    ? object
    : { ...object, spec: {} };
}

function isSuspendedObject(object: GitopsObject): boolean {
  return isSuspended(withSpec(object));
}

function readStatus(object: GitopsObject): ObjectStatus {
  try {
    const status = statusOf(withSpec(object));
    return { ...status, sentence: withoutWebhook(status.sentence) };
  } catch {
    return {
      word: 'Unknown',
      sentence: 'Its status is not one that Flux or the portal writes.',
    };
  }
}

function revisionOf({ kind, status }: GitopsObject): string | undefined {
  if (kind === 'ImagePolicy') {
    const name = textAt(status, 'latestRef', 'name');
    const tag = textAt(status, 'latestRef', 'tag');
    return name && tag && `${name}:${tag}`;
  }
  return (
    textAt(status, 'artifact', 'revision') ??
    textAt(status, 'lastAppliedRevision') ??
    textAt(listAt(status, 'history')[0], 'chartVersion') ??
    textAt(status, 'lastPushCommit') ??
    textAt(status, 'lastAttemptedRevision')
  );
}

/** The annotation is opaque, yet everybody writes the time of the request. */
function lastHandledAt(object: GitopsObject): string | undefined {
  const status: CommonStatus = object.status ?? {};
  const times = [
    status.lastHandledReconcileAt,
    textAt(listAt(status, 'history')[0], 'lastReconciled'),
  ].map(timeOf);
  const latest = Math.max(...times.map(time => time ?? 0));
  return latest > 0 ? new Date(latest).toISOString() : undefined;
}

function timeOf(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
