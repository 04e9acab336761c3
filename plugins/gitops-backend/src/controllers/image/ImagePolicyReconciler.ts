import {
  ConditionType,
  durationToMs,
  GitopsObject,
  ImagePolicy,
  imagePolicyKind,
  ImageRef,
  ImageRepository,
  imageRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { workId } from '../../engine/queue/WorkQueue';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../engine/run/Outcome';
import { ObjectReference } from '../../homes/ObjectReference';
import { TimeSlice } from '../../workers/TimeSlice';
import { checkAccess, RepositoryDeniedError } from './checkAccess';
import { RegistryAccess, withRegistry } from './openRegistry';
import { InvalidPolicyError } from './policy/InvalidPolicyError';
import { TagPolicy } from './policy/TagPolicy';
import { readImage } from './readImage';
import { formatImage } from './setters/settersOf';
import { TagStore } from './tags/TagStore';

/** What {@link ImagePolicyReconciler} is made of. */
export interface ImagePolicyReconcilerOptions extends RegistryAccess {
  tags: TagStore;
  noCrossNamespaceRefs: boolean;
}

type Run = ReconcileRun<ImagePolicy>;

/** Between two looks for tags that are not there yet (Flux: `--requeue-dependency`). */
const DEPENDENCY_RETRY_SECONDS = 30;

/** The image was not scanned yet, or its tags are lost. */
class NotScannedError extends Error {}

/**
 * Chooses the latest tag of an image (Flux 2.9, image-reflector-controller 1.2).
 * It runs when a scan finds other tags, and does not look at the registry but for
 * digests.
 */
export class ImagePolicyReconciler implements Reconciler<ImagePolicy> {
  readonly kind = imagePolicyKind;
  /** Nothing that is outside of the object has to be undone. */
  readonly finalizer = null;
  private readonly options: ImagePolicyReconcilerOptions;

  constructor(options: ImagePolicyReconcilerOptions) {
    this.options = options;
  }

  references(object: ImagePolicy): ObjectReference[] {
    return [repositoryReference(object)];
  }

  /** A scan found other tags, or for the first time some. */
  wakesFor(
    object: ImagePolicy,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    const revision = scanOf(changed);
    if (object.spec.suspend || revision === undefined) {
      return false;
    }
    if (before) {
      return scanOf(before) !== revision;
    }
    const ready = object.status?.conditions?.find(
      ({ type }) => type === ConditionType.Ready,
    );
    return ready?.reason === Reason.DependencyNotReady;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { spec } = run.object;
    const { digestReflectionPolicy: reflection = 'Never', interval } = spec;
    if (reflection === 'Always' && !interval) {
      return this.stall(
        run,
        'IntervalNotConfigured',
        "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
      );
    }
    let repository: ImageRepository;
    try {
      repository = await this.findRepository(run);
    } catch (error) {
      assertError(error);
      const reason =
        error instanceof RepositoryDeniedError
          ? Reason.AccessDenied
          : Reason.DependencyNotReady;
      return this.fail(
        run,
        reason,
        `failed to get the referred ImageRepository: ${error.message}`,
      );
    }
    try {
      readImage(repository.spec.image);
    } catch (error) {
      assertError(error);
      return this.stall(run, 'ImageURLInvalid', error.message);
    }
    let tag: string;
    try {
      tag = await this.choose(run, repository);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      if (error instanceof InvalidPolicyError) {
        const message = `invalid policy: ${error.message}`;
        return this.stall(run, 'InvalidPolicy', message);
      }
      if (error instanceof NotScannedError) {
        return this.wait(run, error.message);
      }
      return this.fail(run, Reason.Failed, error.message);
    }
    try {
      await this.take(run, repository, tag);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.fail(run, Reason.Failed, error.message);
    }
    await this.ready(run);
    return done(reflection === 'Always' ? durationToMs(interval!) : null);
  }

  async finalize(): Promise<Outcome> {
    return done(null);
  }

  private async findRepository(run: Run): Promise<ImageRepository> {
    const { namespace, name } = repositoryReference(run.object);
    const from = run.namespace;
    if (this.options.noCrossNamespaceRefs && namespace !== from) {
      throw new RepositoryDeniedError(
        `cannot access 'ImageRepository/${namespace}/${name}', cross-namespace references have been blocked`,
      );
    }
    const repository = await run.home.readWatched<ImageRepository>(
      {
        ...{ apiVersion: imageRepositoryKind.apiVersion, namespace, name },
        kind: imageRepositoryKind.kind,
      },
      { signal: run.signal },
    );
    if (!repository) {
      throw new Error(
        `referenced ImageRepository does not exist: ImageRepository '${namespace}/${name}' not found`,
      );
    }
    await checkAccess(run, repository);
    return repository;
  }

  private async choose(run: Run, repository: ImageRepository): Promise<string> {
    const policy = new TagPolicy(run.object.spec);
    const { namespace = 'default', name } = repository.metadata;
    const image = repository.status?.canonicalImageName;
    const { kind, group } = imageRepositoryKind;
    const id = workId({ home: run.home.name, group, kind, namespace, name });
    const choice = policy.begin();
    const slice = new TimeSlice();
    let isEmpty = true;
    for await (const page of image ? this.options.tags.pages(id, image) : []) {
      for (const tag of page) {
        isEmpty = false;
        choice.offer(tag);
        if (slice.isOver) {
          await slice.next();
        }
      }
      run.signal.throwIfAborted();
    }
    if (isEmpty) {
      throw new NotScannedError('no tags in database');
    }
    return choice.chosen.tag;
  }

  /** The chosen tag, and its digest where that is wanted, become the status. */
  private async take(
    run: Run,
    repository: ImageRepository,
    tag: string,
  ): Promise<void> {
    const { digestReflectionPolicy: reflection = 'Never' } = run.object.spec;
    const { latestRef: before } = run.status;
    const latest: ImageRef = { name: repository.spec.image, tag };
    const isSame = before?.name === latest.name && before.tag === tag;
    if (reflection === 'IfNotPresent' && isSame && before.digest) {
      latest.digest = before.digest;
    } else if (reflection !== 'Never') {
      latest.digest = await this.digestOf(run, repository, tag);
    }
    if (!before || !isSame || before.digest !== latest.digest) {
      if (before) {
        run.status.observedPreviousRef = before;
      }
      run.status.latestRef = latest;
    }
  }

  private async digestOf(
    run: Run,
    repository: ImageRepository,
    tag: string,
  ): Promise<string> {
    const { image } = repository.spec;
    try {
      return await withRegistry(run, repository, this.options, async client =>
        client.resolve(readImage(image).repository, tag),
      );
    } catch (error) {
      assertError(error);
      throw new Error(
        `failed fetching digest of ${image}:${tag}: ${error.message}`,
      );
    }
  }

  private async ready(run: Run): Promise<void> {
    const { latestRef, observedPreviousRef: previous } = run.status;
    const { name, tag, digest } = latestRef!;
    const pinned = digest ? ` with digest ${digest}` : '';
    const instead =
      previous && formatImage(previous) !== formatImage(latestRef!)
        ? ` (previously ${formatImage(previous)})`
        : '';
    const message = `Latest image tag for ${name} resolved to ${tag}${pinned}${instead}`;
    const before = run.object.status?.conditions?.find(
      ({ type }) => type === ConditionType.Ready,
    );
    run.status.observedGeneration = run.generation;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      event:
        before?.status !== 'True' || before.message !== message
          ? 'Normal'
          : 'Trace',
      reason: Reason.Succeeded,
      message,
    });
  }

  private async wait(run: Run, problem: string): Promise<Outcome> {
    const message = `retrying in ${DEPENDENCY_RETRY_SECONDS}s error: ${problem}`;
    const before = run.conditions.get(ConditionType.Ready);
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: before?.message === message ? 'Trace' : 'Warning',
      reason: Reason.DependencyNotReady,
      message,
    });
    run.markRetrying(message);
    return waiting(
      Reason.DependencyNotReady,
      run.now() + DEPENDENCY_RETRY_SECONDS * 1_000,
    );
  }

  private async fail(
    run: Run,
    reason: string,
    message: string,
  ): Promise<Outcome> {
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      reason,
      message,
    });
    return retry(new Error(message));
  }

  private async stall(
    run: Run,
    reason: string,
    message: string,
  ): Promise<Outcome> {
    run.status.observedGeneration = run.generation;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      reason,
      message,
    });
    return stalled(new Error(message));
  }
}

function repositoryReference(object: ImagePolicy): ObjectReference {
  const { name, namespace } = object.spec.imageRepositoryRef;
  return {
    kind: imageRepositoryKind.kind,
    namespace: namespace ?? object.metadata.namespace ?? 'default',
    name,
  };
}

function scanOf(object: GitopsObject): string | undefined {
  return (object as ImageRepository).status?.lastScanResult?.revision;
}
