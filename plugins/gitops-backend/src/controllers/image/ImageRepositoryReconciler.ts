import { Pattern } from '@backstage-gitops/helm';
import {
  CommonStatus,
  ConditionType,
  durationToMs,
  FluxAnnotation,
  formatDurationMs,
  ImageRepository,
  imageRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { SourceFetchError } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { Claim } from '../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { done, Outcome, retry, stalled } from '../../engine/run/Outcome';
import { Home } from '../../homes/Home';
import { HomePins } from '../../homes/pinHome';
import { RegistryClient } from '../../registries/RegistryClient';
import { TimeSlice } from '../../workers/TimeSlice';
import { RegistryAccess, withRegistry } from './openRegistry';
import { ImageName, readImage } from './readImage';
import { sortTags } from './tags/sortTags';
import { TagStore } from './tags/TagStore';
import { tagsRevision } from './tags/tagsRevision';

/** What {@link ImageRepositoryReconciler} is made of. */
export interface ImageRepositoryReconcilerOptions extends RegistryAccess {
  tags: TagStore;
  pins: Pick<HomePins, 'check'>;
}

type Run = ReconcileRun<ImageRepository>;

/** Signatures that cosign keeps beside images. */
const DEFAULT_EXCLUSIONS = ['^.*\\.sig$'];
const LATEST_TAGS = 10;
/** Tags of one image; beyond that something is wrong with it. */
const MAX_TAGS = 1_000_000;
/** So close to its time a scan is not put off any more. */
const SOON_MS = 1_000;

/** When the next scan is due, and why at once, if it is. */
interface Due {
  reason?: string;
  afterMs: number;
}

/**
 * Scans an image for its tags (Flux 2.9, image-reflector-controller 1.2) and keeps
 * them for ImagePolicies.
 */
export class ImageRepositoryReconciler implements Reconciler<ImageRepository> {
  readonly kind = imageRepositoryKind;
  /** All that it made are tags in the portal's database. */
  readonly finalizer = null;
  private readonly options: ImageRepositoryReconcilerOptions;

  constructor(options: ImageRepositoryReconcilerOptions) {
    this.options = options;
  }

  references(): [] {
    return [];
  }

  wakesFor(): boolean {
    return false;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { spec } = run.object;
    let image: ImageName;
    let excluded: Pattern[];
    try {
      image = readImage(spec.image);
    } catch (error) {
      assertError(error);
      return this.stall(run, 'ImageURLInvalid', error.message);
    }
    const exclusions = spec.exclusionList ?? DEFAULT_EXCLUSIONS;
    const due = await this.dueOf(run, image, exclusions);
    if (due.reason === undefined) {
      await this.ready(
        run,
        `no change in repository configuration since last scan, next scan in ${formatDurationMs(due.afterMs)}`,
      );
      return done(due.afterMs);
    }
    await run.progress(`scanning: ${due.reason}`, {
      changed: run.status.observedGeneration !== run.generation,
    });
    const before = run.status.lastScanResult?.revision;
    try {
      excluded = exclusions.map(compile);
      await withRegistry(
        run,
        run.object,
        this.options,
        async (client, signal) =>
          this.scan(run, { client, image, excluded, signal }),
      );
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.fail(run, error);
    }
    run.status.canonicalImageName = image.canonical;
    run.status.observedExclusionList = [...exclusions];
    const next = `next scan in ${formatDurationMs(due.afterMs)}`;
    await this.ready(
      run,
      before === run.status.lastScanResult!.revision
        ? `tags did not change, ${next}`
        : `successful scan, ${next}`,
    );
    return done(due.afterMs);
  }

  async finalize({ claim }: Run): Promise<Outcome> {
    await this.options.tags.remove(claim);
    return done(null);
  }

  /** Tags of a home that is another cluster than it was may be needed again. */
  async gone(home: Home, claim: Claim): Promise<void> {
    if (!(await this.options.pins.check(home))) {
      await this.options.tags.remove(claim);
    }
  }

  /** The first reason that holds, as Flux looks for it. */
  private async dueOf(
    { object, status, now, id }: Run,
    { canonical }: ImageName,
    exclusions: readonly string[],
  ): Promise<Due> {
    const afterMs = durationToMs(object.spec.interval);
    const last = status.lastScanResult;
    if (!last?.scanTime) {
      return { reason: 'first scan', afterMs };
    }
    const requested = object.metadata.annotations?.[FluxAnnotation.requestedAt];
    const { lastHandledReconcileAt }: CommonStatus = status;
    if (requested !== undefined && requested !== lastHandledReconcileAt) {
      return { reason: 'reconcile requested', afterMs };
    }
    if (canonical !== status.canonicalImageName) {
      return { reason: 'new image name', afterMs };
    }
    if (!sameMembers(exclusions, status.observedExclusionList ?? [])) {
      return { reason: 'exclusion list update', afterMs };
    }
    if (!(await this.options.tags.has(id, canonical))) {
      return { reason: 'no tags in database', afterMs };
    }
    const remaining = afterMs - (now() - Date.parse(last.scanTime));
    return remaining < SOON_MS
      ? { reason: 'triggered by interval', afterMs }
      : { afterMs: remaining };
  }

  private async scan(
    run: Run,
    scan: {
      client: RegistryClient;
      image: ImageName;
      excluded: readonly Pattern[];
      signal: AbortSignal;
    },
  ): Promise<void> {
    const { client, image, excluded, signal } = scan;
    const slice = new TimeSlice();
    const pages: string[][] = [];
    let found = 0;
    for await (const page of client.tags(image.repository)) {
      const kept: string[] = [];
      for (const tag of page) {
        if (!excluded.some(pattern => pattern.test(tag))) {
          kept.push(tag);
        }
        if (slice.isOver) {
          await slice.next();
        }
      }
      found += kept.length;
      if (found > MAX_TAGS) {
        throw new Error(
          `the image has more than ${MAX_TAGS} tags; leave some out by spec.exclusionList, or delete them in the registry`,
        );
      }
      pages.push(kept);
    }
    const tags = await sortTags(pages);
    signal.throwIfAborted();
    const revision = await tagsRevision(tags);
    const { lastScanResult: last, canonicalImageName } = run.status;
    if (
      last?.revision !== revision ||
      canonicalImageName !== image.canonical ||
      !(await this.options.tags.has(run.id, image.canonical))
    ) {
      await this.options.tags.set(run.claim, image.canonical, tags);
    }
    run.status.lastScanResult = {
      tagCount: tags.length,
      scanTime: new Date(run.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      revision,
      ...(tags.length > 0 && { latestTags: tags.slice(0, LATEST_TAGS) }),
    };
  }

  private async ready(run: Run, next: string): Promise<void> {
    const { tagCount, revision } = run.status.lastScanResult!;
    const message = `successful scan: found ${tagCount} tags with checksum ${revision}`;
    const before = run.object.status?.conditions?.find(
      ({ type }) => type === ConditionType.Ready,
    );
    const isNews = before?.status !== 'True' || before.message !== message;
    run.status.observedGeneration = run.generation;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      event: isNews ? 'Normal' : undefined,
      reason: Reason.Succeeded,
      message,
    });
    if (!isNews) {
      await run.report({
        event: 'Trace',
        reason: Reason.Succeeded,
        message: next,
      });
    }
  }

  private async fail(run: Run, error: Error): Promise<Outcome> {
    const failure = error instanceof SourceFetchError ? error : undefined;
    const { message } = error;
    if (failure?.retry === 'stall') {
      return this.stall(run, failure.reason, message);
    }
    const isLogin = failure?.reason === Reason.AuthenticationFailed;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      reason: isLogin
        ? Reason.AuthenticationFailed
        : Reason.ReadOperationFailed,
      message: isLogin
        ? `failed to configure authentication options: ${message}`
        : `scan failed: ${message}`,
    });
    return retry(error);
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

function compile(pattern: string): Pattern {
  try {
    return Pattern.compile(pattern);
  } catch (error) {
    assertError(error);
    throw new Error(
      `failed to compile regex ${pattern}: ${error.message}; correct spec.exclusionList`,
    );
  }
}

function sameMembers(
  one: readonly string[],
  other: readonly string[],
): boolean {
  return (
    one.length === other.length && one.every(member => other.includes(member))
  );
}
