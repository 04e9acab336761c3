import {
  ConditionType,
  GitRepository,
  ImageDelivery,
  Kustomization,
  kustomizationKind,
  ObjectKey,
  parseRevision,
  Reason,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactIndex, IndexedArtifact } from '../../artifacts/ArtifactIndex';
import { StoredImagePush } from '../../controllers/image/automation/PushHistory';
import {
  HistoryStore,
  StoredHistoryEntry,
} from '../../engine/report/HistoryStore';
import { workId } from '../../engine/queue/WorkQueue';
import { Home } from '../../homes/Home';
import { workKeyOf } from '../objects/locateObject';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { timestamp } from '../objects/toRow';

/** What became of a push: whether its source follows the branch, and who delivered it. */
export interface PushOutcome {
  followed: boolean;
  fetchedAt?: string;
  deliveries: ImageDelivery[];
}

interface Delivery {
  id: string;
  object: Kustomization;
}

const MESSAGE_LENGTH = 300;

/** Finds out what was delivered of what automations pushed. */
export class PushDeliveries {
  private readonly index: ObjectIndex;
  private readonly history: Pick<HistoryStore, 'atRevisions'>;
  private readonly artifacts: Pick<ArtifactIndex, 'list'>;

  constructor(options: {
    index: ObjectIndex;
    history: Pick<HistoryStore, 'atRevisions'>;
    artifacts: Pick<ArtifactIndex, 'list'>;
  }) {
    this.index = options.index;
    this.history = options.history;
    this.artifacts = options.artifacts;
  }

  /** @returns one for each push, in their order */
  async of(
    home: Home,
    pushes: readonly StoredImagePush[],
    { visible }: RequestContext,
    /** Only what became of them there. */
    only?: ObjectKey,
  ): Promise<PushOutcome[]> {
    const places = new Map(
      pushes.map(({ source }) => [
        `${source.namespace}/${source.name}`,
        source,
      ]),
    );
    const outcomes = new Map<StoredImagePush, PushOutcome>();
    for (const place of places.values()) {
      const reference = { kind: 'GitRepository', ...place };
      const source = home.cache.get(reference) as GitRepository | undefined;
      const deliveries = home.cache
        .referrers(reference)
        .filter(({ kind }) => kind === kustomizationKind.kind)
        .map(object => ({
          object: object as Kustomization,
          summary: this.index.summaryOf(home, object),
        }))
        .filter(
          ({ summary }) =>
            (!visible || visible(summary)) &&
            (!only ||
              stringifyObjectKey(only) === stringifyObjectKey(summary.key)),
        )
        .map(({ object, summary }) => ({
          object,
          id: workId(workKeyOf(summary)),
        }));
      const mine = pushes.filter(
        push =>
          push.source.namespace === place.namespace &&
          push.source.name === place.name,
      );
      for (const [push, outcome] of await this.ofSource(
        home,
        source,
        deliveries,
        mine,
      )) {
        outcomes.set(push, outcome);
      }
    }
    return pushes.map(push => outcomes.get(push)!);
  }

  private async ofSource(
    home: Home,
    source: GitRepository | undefined,
    deliveries: readonly Delivery[],
    pushes: readonly StoredImagePush[],
  ): Promise<Map<StoredImagePush, PushOutcome>> {
    const held = source
      ? await this.artifacts.list(
          workId(workKeyOf(this.index.summaryOf(home, source))),
        )
      : [];
    const entries = await this.history.atRevisions(
      deliveries.map(({ id }) => id),
      pushes.flatMap(revisionsOf),
    );
    return new Map(
      pushes.map(push => {
        const followed = branchOf(source) === push.branch;
        return [
          push,
          {
            followed,
            ...fetched(push, held),
            deliveries: followed
              ? deliveries.map(delivery =>
                  deliveryOf(push, delivery, { source, entries }),
                )
              : [],
          },
        ];
      }),
    );
  }
}

function fetched(
  push: StoredImagePush,
  held: readonly IndexedArtifact[],
): { fetchedAt?: string } {
  const found = held.find(({ revision }) => commitOf(revision) === push.commit);
  const fetchedAt = timestamp(found?.createdAt);
  return fetchedAt === undefined ? {} : { fetchedAt };
}

function deliveryOf(
  push: StoredImagePush,
  { id, object }: Delivery,
  known: {
    source: GitRepository | undefined;
    entries: readonly StoredHistoryEntry[];
  },
): ImageDelivery {
  const { namespace = 'default', name } = object.metadata;
  const place = { kind: object.kind, namespace, name };
  const revisions = revisionsOf(push);
  const mine = known.entries.filter(
    ({ objectId, revision = '' }) =>
      objectId === id && revisions.includes(revision),
  );
  const applied = mine.findLast(
    ({ reason }) => reason === Reason.ReconciliationSucceeded,
  );
  const { lastAppliedRevision, lastAttemptedRevision } = object.status ?? {};
  if (applied || commitOf(lastAppliedRevision) === push.commit) {
    const at = timestamp(applied?.at) ?? readySince(object);
    return { object: place, state: 'delivered', ...(at && { at }) };
  }
  if (isSuperseded(push, known.source, lastAppliedRevision)) {
    return { object: place, state: 'superseded' };
  }
  const failure = mine.findLast(({ type }) => type === 'Warning');
  if (failure) {
    return {
      ...{ object: place, state: 'failed' },
      at: timestamp(failure.at),
      message: shorten(failure.message),
    };
  }
  const isTried = commitOf(lastAttemptedRevision) === push.commit;
  return { object: place, state: isTried ? 'running' : 'waiting' };
}

/** A later artifact is applied, which has all that is in the commit. */
function isSuperseded(
  push: StoredImagePush,
  source: GitRepository | undefined,
  applied: string | undefined,
): boolean {
  const artifact = source?.status?.artifact;
  const updated = Date.parse(artifact?.lastUpdateTime ?? '');
  return (
    artifact !== undefined &&
    commitOf(artifact.revision) !== push.commit &&
    commitOf(artifact.revision) === commitOf(applied) &&
    updated > push.at
  );
}

function readySince({ status }: Kustomization): string | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => type === ConditionType.Ready && is === 'True',
  )?.lastTransitionTime;
}

/** A commit as sources write it, by branch or by the name of a reference. */
function revisionsOf({ branch, commit }: StoredImagePush): string[] {
  const digest = `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
  return [`${branch}@${digest}`, `refs/heads/${branch}@${digest}`, digest];
}

function branchOf(source: GitRepository | undefined): string | undefined {
  const { revision } = source?.status?.artifact ?? {};
  const { ref } = source?.spec ?? {};
  const pointer = revision && parseRevision(revision).pointer;
  return (pointer || ref?.branch || ref?.name)?.replace(/^refs\/heads\//, '');
}

function commitOf(revision: string | undefined): string | undefined {
  return revision === undefined ? undefined : parseRevision(revision).hash;
}

function shorten(text: string): string {
  return text.length > MESSAGE_LENGTH
    ? `${text.slice(0, MESSAGE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
    : text;
}
