import {
  Alert,
  FLUX_EVENT_PREFIX,
} from '@backstage-gitops/plugin-gitops-common';
import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';

/** What only receivers of Flux's own events need. */
const INTERNAL: ReadonlySet<string> = new Set(['checksum', 'digest']);

/** The group of `group/version`; empty for the core. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.lastIndexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Keeps what has the prefix of events or of the object's group (Flux 2.9). */
export function cleanMetadata(event: NotificationEvent): NotificationEvent {
  const own = `${groupOf(event.involvedObject.apiVersion)}/`;
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(event.metadata ?? {})) {
    const isOwn = key.startsWith(own);
    const isInternal =
      isOwn && INTERNAL.has(key.slice(own.length).toLowerCase());
    if ((isOwn || key.startsWith(FLUX_EVENT_PREFIX)) && !isInternal) {
      metadata[key] = value;
    }
  }
  return { ...event, metadata };
}

/** Metadata of the object's own group, such as its revision. */
export function ownMetadata(
  { involvedObject, metadata = {} }: NotificationEvent,
  key: string,
): string | undefined {
  return metadata[`${groupOf(involvedObject.apiVersion)}/${key}`];
}

/** Metadata that annotations of the object gave. */
export function annotated(
  { metadata = {} }: NotificationEvent,
  key: string,
): string | undefined {
  return metadata[`${FLUX_EVENT_PREFIX}${key}`];
}

/** Metadata as it is sent, by sorted keys without prefixes, and what was said twice. */
export interface MergedMetadata {
  metadata: Record<string, string>;
  /** Key by the places that give it. */
  conflicts: Record<string, string[]>;
}

/**
 * Merges what annotations of the object, the Alert and the controller say; the later
 * wins (Flux 2.9, RFC 0008).
 */
export function mergeMetadata(
  event: NotificationEvent,
  { spec }: Pick<Alert, 'spec'>,
): MergedMetadata {
  const own = `${groupOf(event.involvedObject.apiVersion)}/`;
  const stripped = (prefix: string) =>
    Object.entries(event.metadata ?? {})
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value] as const)
      // It tells repeats apart, and is of no use to people.
      .filter(([key]) => prefix !== own || key !== 'token');
  const sources = [
    ['involved object annotations', stripped(FLUX_EVENT_PREFIX)],
    [
      'Alert object .spec.eventMetadata',
      Object.entries(spec.eventMetadata ?? {}),
    ],
    [
      'Alert object .spec.summary',
      spec.summary ? ([['summary', spec.summary]] as const) : [],
    ],
    ['involved object controller metadata', stripped(own)],
  ] as const;
  const values = new Map<string, string>();
  const places = new Map<string, string[]>();
  for (const [place, entries] of sources) {
    for (const [key, value] of entries) {
      values.set(key, value);
      places.set(key, [...(places.get(key) ?? []), place]);
    }
  }
  const sorted = <T>(map: ReadonlyMap<string, T>) =>
    Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    metadata: sorted(values),
    conflicts: sorted(
      new Map([...places].filter(([, where]) => where.length > 1)),
    ),
  };
}
