import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { waitForHealth } from '../health/waitForHealth';
import { inventoryEntryOf, type InventoryEntry } from '../inventory/inventory';
import { refOf } from '../object/metadata';
import {
  ApplyError,
  failureOf,
  type ApplyFailure,
  type ApplyPhase,
} from './ApplyError';
import { changeOf, type Change, type ChangeSet } from './ChangeSet';
import { commit } from './commit';
import { definedKinds, isDefined, whileEstablishing } from './establishing';
import type { IgnoreRule } from './ignore';
import { inspect, type Inspection } from './inspect';
import { mapConcurrent } from './mapConcurrent';
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
   * the place to store the inventory ahead. A rejection ends the apply.
   */
  onStage?(entries: InventoryEntry[]): void | Promise<void>;
  /** Called before each write; a rejection ends the apply (lost claims). */
  beforeWrite?(): void | Promise<void>;
  onProgress?(progress: ApplyProgress): void;
}

/** @public */
export interface ApplyProgress {
  change: Change;
  done: number;
  total: number;
}

/** Dry runs at once; Flux 2.9 has the same number. */
const CONCURRENT_DRY_RUNS = 4;

class ApplyRun {
  readonly #options: ApplyObjectsOptions;
  readonly #clock: Clock;
  readonly #changes: ChangeSet = { entries: [] };
  readonly #defined: Set<string>;

  constructor(options: ApplyObjectsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#defined = definedKinds(options.objects);
  }

  async run(): Promise<ChangeSet> {
    const stages = new Map<Stage, KubernetesObject[]>();
    const objects = await this.#each('check', this.#options.objects, object =>
      Promise.resolve(normalise(object, this.#options)),
    );
    for (const object of objects) {
      const stage = stageOf(
        refOf(object),
        this.#options.customStageKinds ?? [],
      );
      stages.set(stage, [...(stages.get(stage) ?? []), object]);
    }
    for (const stage of STAGES) {
      const members = stages.get(stage);
      if (members) await this.#stage(stage, members);
    }
    return this.#changes;
  }

  async #stage(stage: Stage, members: KubernetesObject[]): Promise<void> {
    const prepared = await this.#each('dry-run', members, object =>
      this.#whileDefined(object, () => prepare(object, this.#options)),
    );
    const inspections = await this.#each('dry-run', prepared, object =>
      this.#whileDefined(object, () => this.#inspect(object)),
    );
    inspections.sort((a, b) =>
      compareApplyOrder(refOf(a.desired), refOf(b.desired)),
    );
    const writes = inspections.filter(
      ({ action }) => action === 'created' || action === 'configured',
    );
    if (writes.length > 0) {
      await this.#options.onStage?.(
        writes.map(({ desired }) => inventoryEntryOf(refOf(desired))),
      );
    }
    for (const inspection of inspections) await this.#write(inspection);
    if (stage === 'definitions' || stage === 'classes') {
      await this.#wait(writes.map(({ desired }) => desired));
    }
  }

  #inspect(object: KubernetesObject): Promise<Inspection> {
    const { client, fieldManager, signal, overrideManagers, ignore } =
      this.#options;
    return inspect(object, {
      client,
      fieldManager,
      force: this.#options.force ?? false,
      overrideManagers,
      ignore,
      signal,
    });
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

  async #write(inspection: Inspection): Promise<void> {
    const { desired } = inspection;
    this.#options.signal?.throwIfAborted();
    let phase: ApplyPhase = 'apply';
    try {
      const action = await commit(inspection, {
        ...this.#options,
        clock: this.#clock,
        timeoutMs: this.#options.stageTimeoutMs ?? 60_000,
        inspectAgain: () => this.#inspect(desired),
        onPhase: current => {
          phase = current;
        },
      });
      const change = changeOf(refOf(desired), action);
      this.#changes.entries.push(change);
      this.#options.onProgress?.({
        change,
        done: this.#changes.entries.length,
        total: this.#options.objects.length,
      });
    } catch (error) {
      if (this.#options.signal?.aborted) throw error;
      const failure = failureOf({ object: desired, phase, error });
      throw new ApplyError([failure], this.#changes);
    }
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
    const outcomes = await mapConcurrent(
      objects,
      CONCURRENT_DRY_RUNS,
      async (object, index): Promise<{ value: T } | undefined> => {
        this.#options.signal?.throwIfAborted();
        try {
          return { value: await work(object) };
        } catch (error) {
          if (this.#options.signal?.aborted) throw error;
          failures[index] = failureOf({ object, phase, error });
          return undefined;
        }
      },
    );
    // In the order of the set; places of those that passed are empty.
    const inOrder = failures.filter(Boolean);
    if (inOrder.length > 0) throw new ApplyError(inOrder, this.#changes);
    return outcomes.flatMap(outcome => (outcome ? [outcome.value] : []));
  }
}

/**
 * Applies a set of objects as Flux 2.9 does: in stages (definitions, classes,
 * the rest), each first tried by server-side dry run; only what would change
 * is written, one after the other in Flux's order.
 *
 * Differences from Flux: with `force`, an object is recreated only where the
 * server says that a field is immutable and nothing else is wrong with it;
 * deletions for that wait until all dry runs of the stage have passed.
 *
 * @throws ApplyError with what was applied before
 * @public
 */
export async function applyObjects(
  options: ApplyObjectsOptions,
): Promise<ChangeSet> {
  const run = new ApplyRun(options);
  return run.run();
}
