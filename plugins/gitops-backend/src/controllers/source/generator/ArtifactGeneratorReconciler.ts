import { assertError } from '@backstage/errors';
import {
  Artifact,
  ArtifactGenerator,
  artifactGeneratorKind,
  ConditionType,
  durationToMs,
  ExternalArtifact,
  GeneratedArtifact,
  GitopsObject,
  hasSwitch,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactStore,
  FetchLimits,
} from '@backstage-gitops/plugin-gitops-node';
import { ArtifactIndex } from '../../../artifacts/ArtifactIndex';
import { ArtifactUrls } from '../../../artifacts/ArtifactUrls';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../../engine/reconcile/Reconciler';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../../engine/run/Outcome';
import { ObjectReference } from '../../../homes/ObjectReference';
import { ArtifactBuilder } from './ArtifactBuilder';
import { checkSpec } from './checkSpec';
import { expandArtifacts, PathPatternError } from './expandArtifacts';
import { GeneratedArtifacts } from './GeneratedArtifacts';
import {
  observeSources,
  sourceReference,
  sourcesDigest,
} from './observeSources';

/** What {@link ArtifactGeneratorReconciler} is made of. */
export interface ArtifactGeneratorReconcilerOptions {
  store: ArtifactStore;
  index: ArtifactIndex;
  urls: ArtifactUrls;
  limits: FetchLimits;
  noCrossNamespaceRefs: boolean;
}

type Run = ReconcileRun<ArtifactGenerator>;

const SWITCH = 'source.extensions.fluxcd.io/reconcile';
const INTERVAL = 'source.extensions.fluxcd.io/reconcileEvery';
const DEFAULT_INTERVAL_MS = 3_600_000;
/** Between two looks for sources that are not there yet (Flux: `--requeue-dependency`). */
const WAIT_MS = 30_000;
/** Of one run. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Composes artifacts of those of other sources, and tells of them in
 * ExternalArtifacts (Flux 2.9, source-watcher 2.2).
 */
export class ArtifactGeneratorReconciler implements Reconciler<ArtifactGenerator> {
  readonly kind = artifactGeneratorKind;
  readonly finalizer = 'source.extensions.fluxcd.io/finalizer';
  private readonly options: ArtifactGeneratorReconcilerOptions;

  constructor(options: ArtifactGeneratorReconcilerOptions) {
    this.options = options;
  }

  references(object: ArtifactGenerator): ObjectReference[] {
    return object.spec.sources.map(source => sourceReference(object, source));
  }

  /** A source has another artifact, or another name for it. */
  wakesFor(
    _object: ArtifactGenerator,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    return identityOf(changed) !== (before && identityOf(before));
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { object } = run;
    if (hasSwitch(object.metadata.annotations, SWITCH, 'disabled')) {
      return this.rest(run);
    }
    const problem = checkSpec(object, this.options);
    if (problem) {
      return this.stall(run, problem.reason, problem.message);
    }
    const signal = AbortSignal.any([
      run.signal,
      AbortSignal.timeout(TIMEOUT_MS),
    ]);
    let sources: ReadonlyMap<string, Artifact>;
    try {
      sources = await observeSources(object, run.home, signal);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.wait(run, `get sources failed: ${error.message}`);
    }
    const digest = sourcesDigest(sources);
    const generated = new GeneratedArtifacts(run);
    const drift = await this.findDrift(run, generated, digest);
    if (!drift) {
      await run.report({
        event: 'Trace',
        reason: ConditionType.Ready,
        message: `No drift detected, ${run.status.inventory?.length ?? 0} artifact(s) up to date`,
      });
      return done(intervalOf(object));
    }
    await run.progress('Reconciliation in progress', { changed: true });
    const { store, urls, limits } = this.options;
    const builder = new ArtifactBuilder({
      ...{ store, urls, limits, sources, signal },
      namespace: run.namespace,
      now: run.now,
    });
    try {
      return await this.generate(run, { builder, generated, digest });
    } finally {
      await builder.dispose();
    }
  }

  async finalize(run: Run): Promise<Outcome> {
    const generated = new GeneratedArtifacts(run);
    for (const { name } of run.status.inventory ?? []) {
      await generated.delete(name);
    }
    await this.keepOnly(run, []);
    return done(null);
  }

  private async generate(
    run: Run,
    work: {
      builder: ArtifactBuilder;
      generated: GeneratedArtifacts;
      digest: string;
    },
  ): Promise<Outcome> {
    const { builder, generated } = work;
    let trees;
    try {
      trees = await builder.fetch();
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.wait(run, `fetch sources failed: ${error.message}`);
    }
    let requests;
    try {
      requests = expandArtifacts(run.object.spec, trees);
    } catch (error) {
      assertError(error);
      const message = `failed to expand path pattern: ${error.message}`;
      return error instanceof PathPatternError
        ? this.stall(run, Reason.BuildFailed, message)
        : this.fail(run, Reason.BuildFailed, message);
    }
    const before = run.status.inventory ?? [];
    const inventory: GeneratedArtifact[] = [];
    for (const request of requests) {
      let built;
      try {
        built = await builder.build(request, trees);
      } catch (error) {
        assertError(error);
        run.signal.throwIfAborted();
        const message = `${request.name} build failed: ${error.message}`;
        return this.fail(run, Reason.BuildFailed, message);
      }
      const { artifact, fileName } = built;
      if (run.planOnly) {
        continue;
      }
      try {
        await this.hold(run, artifact);
        await generated.apply(request, artifact);
      } catch (error) {
        assertError(error);
        run.signal.throwIfAborted();
        const message = `${request.name} reconcile failed: ${error.message}`;
        return this.fail(run, Reason.ReconciliationFailed, message);
      }
      inventory.push({
        name: request.name,
        namespace: run.namespace,
        digest: artifact.digest,
        filename: fileName,
      });
    }
    if (run.planOnly) {
      await run.report({
        event: 'Normal',
        reason: Reason.Succeeded,
        message: `would generate ${requests.length} artifact(s)`,
      });
      return done(intervalOf(run.object));
    }
    for (const { name } of before) {
      if (!inventory.some(entry => entry.name === name)) {
        await generated.delete(name);
      }
    }
    // Who began to read one of those before may finish.
    await this.keepOnly(
      run,
      [...before, ...inventory].map(({ digest }) => digest),
    );
    run.status.inventory = inventory;
    run.status.observedSourcesDigest = work.digest;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      event: 'Trace',
      reason: Reason.Succeeded,
      message: `reconciliation succeeded, generated ${inventory.length} artifact(s)`,
    });
    await tellNews(run, before, inventory);
    return done(intervalOf(run.object));
  }

  /**
   * Why the artifacts have to be made, if they have to (Flux 2.9). Where nothing
   * else is wrong, addresses that would expire are renewed.
   */
  private async findDrift(
    run: Run,
    generated: GeneratedArtifacts,
    digest: string,
  ): Promise<string | undefined> {
    const { object, status } = run;
    const inventory = status.inventory ?? [];
    const ready = run.conditions.get(ConditionType.Ready);
    if (ready?.status !== 'True') {
      return 'NotReady';
    }
    if (ready.observedGeneration !== run.generation) {
      return 'GenerationChanged';
    }
    if (status.observedSourcesDigest !== digest) {
      return 'SourcesChanged';
    }
    if (
      !object.spec.pathPattern &&
      inventory.length !== object.spec.artifacts.length
    ) {
      return 'ArtifactsChanged';
    }
    for (const entry of inventory) {
      if (!(await this.options.store.has(entry.digest))) {
        return 'ArtifactMissing';
      }
    }
    const there = await generated.list();
    if (
      there.length !== inventory.length ||
      !there.every(external => isIn(inventory, external))
    ) {
      return 'ExternalArtifactsChanged';
    }
    for (const external of there) {
      const artifact = external.status!.artifact!;
      const renewed = this.options.urls.renew(artifact);
      if (renewed !== artifact && !run.planOnly) {
        await generated.report(external, renewed);
      }
    }
    return undefined;
  }

  /** The generator holds what it made, so that nobody collects it. */
  private async hold(run: Run, artifact: Artifact): Promise<void> {
    await this.options.index.add(run.claim, {
      revision: artifact.revision,
      digest: artifact.digest,
      size: artifact.size ?? 0,
      metadata: artifact.metadata,
    });
  }

  private async keepOnly(run: Run, kept: readonly string[]): Promise<void> {
    const { index, store } = this.options;
    const held = await index.list(run.id);
    const unheld = await index.remove(
      run.claim,
      held.map(({ digest }) => digest).filter(digest => !kept.includes(digest)),
    );
    for (const digest of unheld) {
      await store.delete(digest);
    }
  }

  /** Switched off by an annotation: all stays as it is. */
  private async rest(run: Run): Promise<Outcome> {
    if (!run.conditions.get(ConditionType.Ready)) {
      run.conditions.markTrue(
        ConditionType.Ready,
        Reason.ReconciliationDisabled,
        'Initialized with reconciliation suspended',
      );
    }
    await run.report({
      event: 'Trace',
      reason: Reason.ReconciliationDisabled,
      message: 'Reconciliation is disabled',
    });
    return done(DEFAULT_INTERVAL_MS);
  }

  private async wait(run: Run, message: string): Promise<Outcome> {
    const reason = Reason.SourceFetchFailed;
    await this.unready(run, reason, message);
    run.markRetrying(message);
    return waiting(reason, run.now() + WAIT_MS);
  }

  private async fail(
    run: Run,
    reason: string,
    message: string,
  ): Promise<Outcome> {
    await this.unready(run, reason, message);
    return retry(new Error(message));
  }

  private async stall(
    run: Run,
    reason: string,
    message: string,
  ): Promise<Outcome> {
    await this.unready(run, reason, message);
    return stalled(new Error(message));
  }

  /** Said once, not at every look. */
  private async unready(
    run: Run,
    reason: string,
    message: string,
  ): Promise<void> {
    const before = run.object.status?.conditions?.find(
      ({ type }) => type === ConditionType.Ready,
    );
    const news = before?.reason !== reason || before.message !== message;
    run.conditions.delete(ConditionType.Stalled);
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: news ? 'Warning' : 'Trace',
      ...{ reason, message },
    });
  }
}

async function tellNews(
  run: Run,
  before: readonly GeneratedArtifact[],
  inventory: readonly GeneratedArtifact[],
): Promise<void> {
  const changed = inventory.filter(
    ({ name, digest }) =>
      !before.some(entry => entry.name === name && entry.digest === digest),
  );
  if (changed.length > 0) {
    const list = changed
      .map(({ namespace, name, digest }) => `${namespace}/${name} (${digest})`)
      .join('\n');
    await run.report({
      event: 'Normal',
      reason: ConditionType.Ready,
      message: `external artifacts reconciled: ${list}`,
    });
  }
}

function isIn(
  inventory: readonly GeneratedArtifact[],
  { metadata, status }: ExternalArtifact,
): boolean {
  return inventory.some(
    ({ name, digest }) =>
      name === metadata.name && digest === status?.artifact?.digest,
  );
}

function intervalOf({ metadata }: ArtifactGenerator): number {
  const every = metadata.annotations?.[INTERVAL];
  try {
    const interval = every === undefined ? 0 : durationToMs(every);
    return interval > 0 ? interval : DEFAULT_INTERVAL_MS;
  } catch {
    // What somebody mistyped in an annotation does no harm.
    return DEFAULT_INTERVAL_MS;
  }
}

function identityOf(object: GitopsObject): string | undefined {
  const { artifact } = (object.status ?? {}) as { artifact?: Artifact };
  return artifact && `${artifact.digest} ${artifact.revision}`;
}
