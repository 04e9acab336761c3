import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type {
  ClusterClient,
  ObjectRef,
  ResourceInfo,
} from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { waitForHealth } from '../health/waitForHealth';
import { inventoryEntryOf, type InventoryEntry } from '../inventory/inventory';
import { ConnectionError, RequestTimeoutError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { refOf } from '../object/metadata';
import { kindKey, objectKey } from '../object/objectKey';
import { mapConcurrent } from '../object/mapConcurrent';
import { readLive, type LiveObjects } from '../object/readLive';
import { runsOf } from '../object/runsOf';
import {
  ApplyError,
  failureOf,
  type ApplyFailure,
  type ApplyPhase,
} from './ApplyError';
import { changeOf, type Change, type ChangeSet } from './ChangeSet';
import { DuplicateObjectError, duplicatesIn } from './checkSet';
import { commit } from './commit';
import { definedKinds, isDefined, whileEstablishing } from './establishing';
import { checkIgnoreRules, type IgnoreRule } from './ignore';
import { inspect, presumeNew, type Inspection } from './inspect';
import { normalise, type CommonMetadata } from './normalise';
import { compareApplyOrder, stageOf, STAGES, type Stage } from './order';
import { prepare } from './prepare';
import type { FieldManagerMatch } from './takeOver';

/** @public */
export interface ApplyObjectsOptions {
  client: ClusterClient;
  objects: readonly KubernetesObject[];
  /** Such as `kustomize-controller`. */
  fieldManager: string;
  /** Set on every object; they tell whose it is when it is pruned. */
  ownerLabels: Readonly<Record<string, string>>;
  commonMetadata?: CommonMetadata;
  /** For namespaced objects that name no namespace. */
  defaultNamespace?: string;
  /** Recreate objects whose fields cannot be changed. */
  force?: boolean;
  /** Managers whose fields are taken over, beside those of kubectl. */
  overrideManagers?: readonly FieldManagerMatch[];
  /** Fields that are neither compared nor corrected. */
  ignore?: readonly IgnoreRule[];
  /** `group/Kind` of kinds that get a stage of their own before the rest. */
  customStageKinds?: readonly string[];
  /** How long definitions and classes may take to be ready. Default 60 000. */
  stageTimeoutMs?: number;
  signal?: AbortSignal;
  clock?: Clock;
  /**
   * Called and awaited before a stage writes, with what it is about to write:
   * the place to store the inventory ahead. A rejection ends the apply. Stages
   * before `other` are waited for once they are written.
   */
  onStage?(entries: InventoryEntry[], stage: Stage): void | Promise<void>;
  /** Called before each write; a rejection ends the apply (lost claims). */
  beforeWrite?(): void | Promise<void>;
  onProgress?(progress: ApplyProgress): void;
  /**
   * Called with each object as the server has it after its turn: as it answered
   * the apply, or the dry run where nothing was to be done. Not for skipped ones.
   */
  onLive?(ref: ObjectRef, object: KubernetesObject): void;
  /**
   * Which of some objects are known not to be there, without asking for each.
   * It may be wrong by moments: an object that is there after all is found out
   * when it is applied, and inspected then.
   */
  findAbsent?(refs: readonly ObjectRef[]): readonly ObjectRef[];
}

/** @public */
export interface ApplyProgress {
  change: Change;
  done: number;
  total: number;
}

/** Dry runs at once. Flux 2.9 has 4; here the budget of the cluster bounds them. */
const CONCURRENT_DRY_RUNS = 8;
/** Writes at once, of objects of one kind; kinds follow one another. */
const CONCURRENT_WRITES = 8;

/** What is to be done about an object of a stage. */
interface Step {
  /** As it is in the set; what is sent may differ for ignored fields. */
  object: KubernetesObject;
  inspection: Inspection;
}

class ApplyRun {
  readonly #options: ApplyObjectsOptions;
  readonly #clock: Clock;
  readonly #changes: ChangeSet = { entries: [] };
  #defined: ReadonlySet<string> = new Set();
  #done = 0;

  constructor(options: ApplyObjectsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async run(): Promise<ChangeSet> {
    checkIgnoreRules(this.#options.ignore ?? []);
    const objects = await this.#each('check', this.#options.objects, object =>
      Promise.resolve(normalise(object, this.#options)),
    );
    this.#refuseDuplicates(objects);
    this.#defined = definedKinds(objects);
    const custom = this.#options.customStageKinds ?? [];
    const stages = new Map<Stage, KubernetesObject[]>(
      STAGES.map(stage => [stage, []]),
    );
    for (const object of objects) {
      stages.get(stageOf(refOf(object), custom))?.push(object);
    }
    for (const [stage, members] of stages) {
      if (members.length > 0) await this.#stage(stage, members);
    }
    return this.#changes;
  }

  async #stage(stage: Stage, members: KubernetesObject[]): Promise<void> {
    const prepared = await this.#prepareAll(members);
    // Once more, now that cluster-scoped objects have no namespace.
    this.#refuseDuplicates(prepared);
    const steps = await this.#inspectAll(prepared);
    steps.sort((a, b) => compareApplyOrder(refOf(a.object), refOf(b.object)));
    const writes = steps.filter(({ inspection: { action } }) =>
      isWrite(action),
    );
    if (writes.length > 0) {
      await this.#options.onStage?.(
        writes.map(({ object }) => inventoryEntryOf(refOf(object))),
        stage,
      );
    }
    for (const sameKind of runsOf(steps, ({ object }) => kindKey(object))) {
      await this.#writeAll(sameKind);
    }
    if (stage === 'definitions' || stage === 'classes') {
      await this.#wait(writes.map(({ object }) => object));
    }
  }

  /** Asks for each kind once, however many objects there are of it. */
  #prepareAll(members: KubernetesObject[]): Promise<KubernetesObject[]> {
    const { client, defaultNamespace } = this.#options;
    const kinds = new Map<string, Promise<ResourceInfo>>();
    return this.#each('dry-run', members, async object => {
      const { apiVersion, kind } = object;
      const key = `${apiVersion}/${kind}`;
      const resource =
        kinds.get(key) ??
        this.#whileDefined(object, () => client.resourceOf(apiVersion, kind));
      kinds.set(key, resource);
      return prepare(object, await resource, defaultNamespace);
    });
  }

  /**
   * What is there is tried by dry run, all of it before anything is written.
   * What is not there is written at once where nothing that is there would
   * change: nothing that runs is at stake then, and the apply says the same
   * as a dry run would. Otherwise it is tried, too.
   */
  async #inspectAll(objects: KubernetesObject[]): Promise<Step[]> {
    const known = await this.#readLive(objects);
    const isAbsent = (object: KubernetesObject) =>
      known.get(objectKey(refOf(object))) === null;
    const inspectThese = (these: KubernetesObject[]) =>
      this.#each('dry-run', these, async object => {
        const inspection = await this.#inspect(
          object,
          known.get(objectKey(refOf(object))),
        );
        if (inspection.action === 'unchanged' && inspection.merged) {
          this.#options.onLive?.(refOf(object), inspection.merged);
        }
        return { object, inspection: withoutLive(inspection) };
      });
    const there = await inspectThese(objects.filter(o => !isAbsent(o)));
    const absent = objects.filter(isAbsent);
    const atStake = there.some(
      ({ inspection: { action, recreate } }) =>
        action === 'configured' || recreate,
    );
    const fresh = atStake
      ? await inspectThese(absent)
      : absent.map(object => ({ object, inspection: presumeNew(object) }));
    return [...there, ...fresh];
  }

  async #readLive(objects: KubernetesObject[]): Promise<LiveObjects> {
    try {
      return await readLive(objects.map(refOf), this.#options);
    } catch (error) {
      throw this.#failed([
        failureOf({ object: objects[0], phase: 'dry-run', error }),
      ]);
    }
  }

  #inspect(
    object: KubernetesObject,
    known?: KubernetesObject | null,
  ): Promise<Inspection> {
    const { client, fieldManager, signal, overrideManagers, ignore } =
      this.#options;
    return this.#whileDefined(object, () =>
      inspect(object, {
        client,
        fieldManager,
        force: this.#options.force ?? false,
        overrideManagers,
        ignore,
        signal,
        known,
      }),
    );
  }

  /** A kind that the set itself defines may take a moment to be served. */
  #whileDefined<T>(
    object: KubernetesObject,
    work: () => Promise<T>,
  ): Promise<T> {
    return isDefined(this.#defined, object)
      ? whileEstablishing(work, {
          clock: this.#clock,
          timeoutMs: 30_000,
          signal: this.#options.signal,
        })
      : work();
  }

  #refuseDuplicates(objects: readonly KubernetesObject[]): void {
    const failures = duplicatesIn(objects, this.#options.defaultNamespace).map(
      ({ object, other }) =>
        failureOf({
          object,
          phase: 'check',
          error: new DuplicateObjectError(object, other),
        }),
    );
    if (failures.length > 0) throw this.#failed(failures);
  }

  /** Writes what there is to write of one kind; tells it in order. */
  async #writeAll(steps: readonly Step[]): Promise<void> {
    const changes: Change[] = [];
    const failures: ApplyFailure[] = [];
    try {
      await mapConcurrent(steps, CONCURRENT_WRITES, async (step, index) => {
        this.#options.signal?.throwIfAborted();
        let phase: ApplyPhase = 'apply';
        try {
          changes[index] = await this.#write(step, current => {
            phase = current;
          });
        } catch (error) {
          failures[index] = failureOf({ object: step.object, phase, error });
          throw error;
        }
      });
    } catch (error) {
      if (this.#options.signal?.aborted) throw error;
    }
    // Places of what was not reached are empty.
    this.#changes.entries.push(...changes.filter(Boolean));
    const inOrder = failures.filter(Boolean);
    if (inOrder.length > 0) throw this.#failed(inOrder);
  }

  async #write(
    { object, inspection }: Step,
    onPhase: (phase: ApplyPhase) => void,
  ): Promise<Change> {
    const action = await this.#whileDefined(object, () =>
      commit(inspection, {
        ...this.#options,
        clock: this.#clock,
        timeoutMs: this.#options.stageTimeoutMs ?? 60_000,
        inspectAgain: () => this.#inspect(object),
        onStored: stored => this.#options.onLive?.(refOf(object), stored),
        onPhase,
      }),
    );
    const change = changeOf(refOf(object), action);
    this.#done += 1;
    this.#options.onProgress?.({
      change,
      done: this.#done,
      total: this.#options.objects.length,
    });
    return change;
  }

  async #wait(objects: KubernetesObject[]): Promise<void> {
    if (objects.length === 0) return;
    try {
      await waitForHealth({
        client: this.#options.client,
        refs: objects.map(refOf),
        timeoutMs: this.#options.stageTimeoutMs ?? 60_000,
        signal: this.#options.signal,
        clock: this.#clock,
      });
    } catch (error) {
      if (this.#options.signal?.aborted) throw error;
      const failure = failureOf({ object: objects[0], phase: 'wait', error });
      const message = error instanceof Error ? error.message : String(error);
      throw new ApplyError([{ ...failure, message }], this.#changes);
    }
  }

  /** Does the same to all; fails with all failures, in the order of the set. */
  async #each<T>(
    phase: ApplyPhase,
    objects: readonly KubernetesObject[],
    work: (object: KubernetesObject) => Promise<T>,
  ): Promise<T[]> {
    const failures: ApplyFailure[] = [];
    let outage = false;
    const outcomes = await mapConcurrent(
      objects,
      CONCURRENT_DRY_RUNS,
      async (object, index): Promise<{ value: T } | undefined> => {
        this.#options.signal?.throwIfAborted();
        if (outage) return undefined;
        try {
          return { value: await work(object) };
        } catch (error) {
          if (this.#options.signal?.aborted) throw error;
          outage ||= isOutage(error);
          failures[index] = failureOf({ object, phase, error });
          return undefined;
        }
      },
    );
    // Places of those that passed are empty.
    const inOrder = failures.filter(Boolean);
    if (inOrder.length > 0) throw this.#failed(inOrder);
    return outcomes.flatMap(outcome => (outcome ? [outcome.value] : []));
  }

  #failed(failures: readonly ApplyFailure[]): ApplyError {
    return new ApplyError(failures, this.#changes);
  }
}

function isWrite(action: Change['action']): boolean {
  return action === 'created' || action === 'configured';
}

/** Only what the writing needs: of ten thousand objects, the rest is much. */
function withoutLive(inspection: Inspection): Inspection {
  const { merged: _, live, ...rest } = inspection;
  return rest.recreate ? { ...rest, live } : rest;
}

/** The cluster fails and not the object: the next one would not fare better. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof RequestTimeoutError ||
    (error instanceof KubernetesApiError && error.status === 401)
  );
}

/**
 * Applies a set of objects as Flux 2.9 does: in stages (definitions, classes,
 * the rest), each first tried by server-side dry run; only what would change
 * is written, kind after kind in Flux's order.
 *
 * Differences from Flux: objects are read by lists; a stage that changes
 * nothing of what is there creates what is missing without a dry run; objects
 * of one kind are written at once, eight at a time. With `force`, an object is
 * recreated only where the server says that a field is immutable and nothing
 * else is wrong with it; deletions for that wait until all dry runs of the
 * stage have passed.
 *
 * @throws ApplyError with what was applied before; InvalidReferenceError for
 * rules of `ignore` that say nothing
 * @public
 */
export async function applyObjects(
  options: ApplyObjectsOptions,
): Promise<ChangeSet> {
  const run = new ApplyRun(options);
  return run.run();
}
