import {
  FluxAnnotation,
  GITOPS_PREFIX,
  GitopsAnnotation,
  GitopsObject,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { WITHHELD } from './presentSpec';
import { withoutUndefined } from './toRow';

/** Requests between tools; what they ask for is shown by other fields. */
const REQUESTS: ReadonlySet<string> = new Set([
  FluxAnnotation.requestedAt,
  FluxAnnotation.forceAt,
  FluxAnnotation.resetAt,
]);

/** Longer ones are written by tools, and may repeat whole objects. */
const LONGEST_ANNOTATION = 1024;

/**
 * Labels and annotations for people: without copies of the whole object that
 * `kubectl apply` and others keep, without requests, and without ours, which
 * have fields of their own.
 */
export function presentMetadata(
  object: GitopsObject,
): ObjectDetail['metadata'] {
  const { metadata } = object;
  const annotations: [string, string][] = [];
  for (const [name, value] of Object.entries(metadata.annotations ?? {})) {
    if (
      REQUESTS.has(name) ||
      name.startsWith(GITOPS_PREFIX) ||
      /last-applied|\/applied$/.test(name)
    ) {
      continue;
    }
    const text = String(value);
    annotations.push([
      name,
      text.length > LONGEST_ANNOTATION ? WITHHELD : text,
    ]);
  }
  return {
    ...withoutUndefined({
      uid: metadata.uid,
      generation: metadata.generation,
      createdAt: metadata.creationTimestamp,
      deletedAt: metadata.deletionTimestamp,
    }),
    labels: { ...metadata.labels },
    annotations: Object.fromEntries(annotations),
  };
}

/** Who suspended an object in the portal, and why. */
export function suspensionOf(
  object: GitopsObject,
): ObjectDetail['suspension'] | undefined {
  const { annotations } = object.metadata;
  const actor = annotations?.[GitopsAnnotation.actor];
  const reason = annotations?.[GitopsAnnotation.suspendReason];
  return actor || reason ? withoutUndefined({ actor, reason }) : undefined;
}
