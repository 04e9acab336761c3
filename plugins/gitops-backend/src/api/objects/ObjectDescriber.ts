import {
  ArtifactDetail,
  DependencyDetail,
  GitopsObject,
  HeldPruneDetail,
  kustomizationKind,
  ObjectDetail,
  ObjectPlace,
  QueueDetail,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactIndex } from '../../artifacts/ArtifactIndex';
import { HeldPrune } from '../../controllers/kustomize/HeldPrunes';
import { workId } from '../../engine/queue/WorkQueue';
import { HeldPruneReader } from '../actions/ObjectActions';
import { automationsOf } from './automationsOf';
import { LocatedObject, workKeyOf } from './locateObject';
import { ObjectIndex } from './ObjectIndex';
import { RequestContext } from './ObjectsService';
import { presentMetadata, suspensionOf } from './presentMetadata';
import { presentSpec } from './presentSpec';
import {
  attemptsOf,
  conditionsOf,
  inventoryItemsOf,
  inventoryOf,
  warningsOf,
} from './presentStatus';
import { ObjectSummary } from './ObjectSummary';
import {
  fieldAt,
  Relation,
  relationsOf,
  textAt,
} from '../../homes/relationsOf';
import { WarningsSource } from './sources';
import { timestamp, toRow, withoutUndefined } from './toRow';
import { WorkReader, WorkState } from './WorkReader';

/** What {@link ObjectDescriber} is made of. */
export interface ObjectDescriberOptions {
  index: ObjectIndex;
  work: WorkReader;
  artifacts: Pick<ArtifactIndex, 'list'>;
  warnings: readonly WarningsSource[];
  heldPrune: HeldPruneReader;
}

/** Puts together all there is to show of one object. */
export class ObjectDescriber {
  private readonly options: ObjectDescriberOptions;

  constructor(options: ObjectDescriberOptions) {
    this.options = options;
  }

  async describe(
    located: LocatedObject,
    context: RequestContext,
  ): Promise<Omit<ObjectDetail, 'changesCursor'>> {
    const { home, object, summary } = located;
    const workKey = workKeyOf(summary);
    const [work, artifact, held, warnings] = await Promise.all([
      this.options.work.find([workKey]),
      this.artifactOf(located),
      this.options.heldPrune(workId(workKey), object),
      Promise.all(
        this.options.warnings.map(source =>
          source.warningsFor(summary.key, object),
        ),
      ),
    ]);
    const item = work.get(workId(workKey));
    const suspension = summary.suspended ? suspensionOf(object) : undefined;
    return {
      ...toRow(summary, home.state, item),
      metadata: presentMetadata(object),
      ...(suspension && { suspension }),
      ...presentSpec(object),
      conditions: conditionsOf(object),
      warnings: [...warningsOf(object), ...warnings.flat()],
      inventory: inventoryOf(object),
      ...(held && { heldPrune: heldPruneDetail(held) }),
      ...(artifact && { artifact }),
      history: attemptsOf(object),
      dependsOn: relationsOf(object).map(relation =>
        this.dependency(located, relation, context),
      ),
      dependants: this.dependants(located, context),
      ...(object.kind === kustomizationKind.kind &&
        updatedBy(automationsOf(this.options.index, located, context))),
      ...(item && { queue: queueDetail(item) }),
      may: { reconcile: true, suspend: true, delete: true },
    };
  }

  private dependency(
    { home }: LocatedObject,
    relation: Relation,
    { visible }: RequestContext,
  ): DependencyDetail {
    const target = this.options.index.find({
      home: home.name,
      kind: relation.kind,
      namespace: relation.namespace,
      name: relation.name,
    });
    return {
      ...relation,
      ...(target && (!visible || visible(target)) && { status: target.status }),
    };
  }

  private dependants(
    { home, summary }: LocatedObject,
    { visible }: RequestContext,
  ): DependencyDetail[] {
    const { key } = summary;
    return home.cache
      .referrers(key)
      .map(referrer => ({
        referrer,
        found: this.options.index.summaryOf(home, referrer),
      }))
      .filter(({ found }) => !visible || visible(found))
      .map(({ referrer, found }) => ({
        kind: found.key.kind,
        namespace: found.key.namespace,
        name: found.key.name,
        relation:
          relationsOf(referrer).find(
            ({ kind, namespace, name }) =>
              kind === key.kind &&
              namespace === key.namespace &&
              name === key.name,
          )?.relation ?? ('reference' as const),
        status: found.status,
      }))
      .sort((a, b) =>
        `${a.kind}/${a.namespace}/${a.name}` <
        `${b.kind}/${b.namespace}/${b.name}`
          ? -1
          : 1,
      );
  }

  /** Its own artifact, or that of its source which it applied. */
  private async artifactOf({
    home,
    object,
    summary,
  }: LocatedObject): Promise<ArtifactDetail | undefined> {
    const { revision } = summary;
    if (!revision) {
      return undefined;
    }
    const own = fieldAt(object.status, 'artifact') !== undefined;
    const publisher: GitopsObject | undefined = own
      ? object
      : summary.source && home.cache.get(summary.source);
    if (!publisher) {
      return { revision };
    }
    const indexed = (
      await this.options.artifacts.list(
        workId(workKeyOf(this.options.index.summaryOf(home, publisher))),
      )
    ).find(artifact => sameRevision(artifact.revision, revision));
    const current = fieldAt(publisher.status, 'artifact');
    const shown = sameRevision(textAt(current, 'revision') ?? '', revision)
      ? current
      : undefined;
    const size = fieldAt(shown, 'size');
    return {
      revision,
      ...withoutUndefined({
        digest: textAt(shown, 'digest') ?? indexed?.digest,
        size: typeof size === 'number' ? size : indexed?.size,
        updatedAt:
          textAt(shown, 'lastUpdateTime') ?? timestamp(indexed?.createdAt),
        commit: indexed?.commit && {
          message: indexed.commit.message,
          author: indexed.commit.author,
          at: timestamp(indexed.commit.time) ?? '',
        },
      }),
    };
  }
}

function updatedBy(automations: readonly ObjectSummary[]): {
  updatedBy?: ObjectPlace[];
} {
  return automations.length === 0
    ? {}
    : {
        updatedBy: automations.map(({ key: { kind, namespace, name } }) => ({
          ...{ kind, namespace, name },
        })),
      };
}

/** Most objects of a held prune that are listed. */
const HELD_ITEMS = 200;

function heldPruneDetail(held: HeldPrune): HeldPruneDetail {
  const { digest, reason, total, entries, heldAt } = held;
  return {
    digest,
    reason,
    count: entries.length,
    total,
    items: inventoryItemsOf(entries.slice(0, HELD_ITEMS)),
    since: timestamp(heldAt) ?? '',
    approvable: reason !== 'home-replaced',
  };
}

function queueDetail(item: WorkState): QueueDetail {
  return {
    running: item.running,
    failures: item.failures,
    ...withoutUndefined({
      dueAt: timestamp(item.dueAt),
      wakeReason: item.wakeReason,
      lastStartedAt: timestamp(item.lastStartedAt),
      lastFinishedAt: timestamp(item.lastFinishedAt),
      lastOutcome: item.lastOutcome,
    }),
  };
}
