import {
  Artifact,
  CommonStatus,
  ConditionType,
  externalArtifactKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';

/** A source of a chart, with what it says of itself. */
export type ChartSource = GitopsObject<
  object,
  CommonStatus & { artifact?: Artifact }
>;

/** How long a source that was made just now may stand in the queue. */
const NEW_SOURCE_MS = 60_000;

/** What a source has for a release. */
export type SourceState =
  | { type: 'ready'; artifact: Artifact }
  /** Why it has no chart (yet); without `quietUntil` it is worth telling. */
  | { type: 'unready'; message: string; quietUntil?: number };

/** Whether a source can be released from (helm-controller 1.6). */
export function sourceState(source: ChartSource, now: number): SourceState {
  const { status = {}, metadata, kind } = source;
  const { artifact } = status;
  const named = `${kind} '${metadata.namespace}/${metadata.name}' is not ready`;
  const unready = (message: string): SourceState => ({
    type: 'unready',
    message: `${named}: ${message}`,
    quietUntil: quietUntil(source, now),
  });
  if (kind === externalArtifactKind.kind) {
    return artifact
      ? { type: 'ready', artifact }
      : unready('does not have an artifact');
  }
  const messageOf = (type: string, value: string) =>
    status.conditions?.find(
      condition => condition.type === type && condition.status === value,
    )?.message;
  if (metadata.generation !== status.observedGeneration) {
    return unready(
      messageOf(ConditionType.Ready, 'False') ??
        'latest generation of object has not been reconciled',
    );
  }
  const stalled = messageOf(ConditionType.Stalled, 'True');
  if (stalled !== undefined) {
    return unready(stalled);
  }
  return artifact
    ? { type: 'ready', artifact }
    : unready('does not have an artifact');
}

function quietUntil(source: ChartSource, now: number): number | undefined {
  const { creationTimestamp } = source.metadata;
  const until = creationTimestamp
    ? Date.parse(creationTimestamp) + NEW_SOURCE_MS
    : now;
  const { suspend } = source.spec as { suspend?: boolean };
  const isUntouched = !suspend && source.status?.conditions === undefined;
  return isUntouched && until > now ? until : undefined;
}
