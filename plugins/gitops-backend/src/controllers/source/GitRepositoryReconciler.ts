import { CustomErrorBase, assertError } from '@backstage/errors';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ConditionType,
  durationToMs,
  GitRepository,
  gitRepositoryKind,
  Reason,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactIndex } from '../../artifacts/ArtifactIndex';
import { ArtifactUrls } from '../../artifacts/ArtifactUrls';
import { packArchive } from '../../artifacts/packArchive';
import {
  IGNORE_FILE,
  IgnoreFile,
  SourceIgnore,
} from '../../artifacts/sourceIgnore';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { ObjectReference } from '../../homes/ObjectReference';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { done, Outcome, retry, stalled } from '../../engine/run/Outcome';
import { GitError, GitErrorCode } from './git/GitError';
import { GitCheckout, GitFile, GitRemote } from './git/GitRemote';
import { GitTransport } from './git/GitTransport';
import { openGitTransport } from './git/openGitTransport';
import { referencePrefixes, resolveReference } from './git/resolveReference';
import { storeArtifact } from './storeArtifact';
import { unsupportedGitField } from './unsupportedGitField';

type Run = ReconcileRun<GitRepository>;

/** What {@link GitRepositoryReconciler} is made of. */
export interface GitRepositoryReconcilerOptions {
  store: ArtifactStore;
  index: ArtifactIndex;
  urls: ArtifactUrls;
  /** Bytes of an artifact, and of what is fetched for it. */
  maxSize: number;
}

/** Conditions from which Ready follows, most important first (Flux 2.9). */
const READY_FROM = [
  ConditionType.StorageOperationFailed,
  ConditionType.FetchFailed,
  ConditionType.IncludeUnavailable,
  ConditionType.SourceVerified,
  ConditionType.ArtifactOutdated,
  ConditionType.ArtifactInStorage,
  ConditionType.Stalled,
  ConditionType.Reconciling,
];

const DEFAULT_TIMEOUT = '60s';

/** Longest commit subject that an event quotes (Flux 2.9). */
const SUBJECT_LENGTH = 50;

const REASONS: Partial<Record<GitErrorCode, string>> = {
  GIT_AUTHENTICATION: Reason.AuthenticationFailed,
  GIT_EMPTY: Reason.EmptyGitRepository,
};

class SourceError extends CustomErrorBase {
  readonly name = 'SourceError';
}

/** Makes artifacts of Git repositories (Flux 2.9, source-controller 1.9). */
export class GitRepositoryReconciler implements Reconciler<GitRepository> {
  readonly kind = gitRepositoryKind;
  private readonly options: GitRepositoryReconcilerOptions;

  constructor(options: GitRepositoryReconcilerOptions) {
    this.options = options;
  }

  references(): ObjectReference[] {
    return [];
  }

  wakesFor(): boolean {
    return false;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { spec } = run.object;
    const unsupported = unsupportedGitField(spec);
    if (unsupported) {
      return this.stall(run, unsupported.reason, unsupported.message);
    }
    await this.checkStorage(run);

    const timeout = AbortSignal.timeout(
      durationToMs(spec.timeout ?? DEFAULT_TIMEOUT),
    );
    const signal = AbortSignal.any([run.signal, timeout]);
    let transport: GitTransport;
    try {
      transport = openGitTransport({
        url: spec.url,
        secret: await this.secret(run),
        signal,
        maxResponseSize: this.options.maxSize,
      });
    } catch (error) {
      assertError(error);
      return this.failFetch(run, Reason.AuthenticationFailed, error);
    }

    try {
      return await this.fetch(
        run,
        new GitRemote({ url: spec.url, transport, signal }),
      );
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.failFetch(
        run,
        reasonOf(error),
        timeout.aborted
          ? new GitError(
              'GIT_TIMEOUT',
              `no answer within spec.timeout (${spec.timeout ?? DEFAULT_TIMEOUT})`,
            )
          : error,
      );
    } finally {
      await transport.close();
    }
  }

  async finalize(run: Run): Promise<Outcome> {
    const artifacts = await this.options.index.list(run.id);
    const unheld = await this.options.index.remove(
      run.claim,
      artifacts.map(({ digest }) => digest),
    );
    for (const digest of unheld) {
      await this.options.store.delete(digest);
    }
    return done(null);
  }

  /** What the status names must be in the store, whole; else it is made again. */
  private async checkStorage(run: Run): Promise<void> {
    const { artifact } = run.status;
    if (!artifact || (await this.options.store.has(artifact.digest))) {
      return;
    }
    delete run.status.artifact;
    run.conditions.delete(ConditionType.ArtifactInStorage);
    await run.report({
      event: 'Warning',
      reason: Reason.ArtifactVerificationFailed,
      message: 'building artifact: disappeared from storage',
      revision: artifact.revision,
    });
  }

  private async secret(run: Run): Promise<KubernetesObject | undefined> {
    const name = run.object.spec.secretRef?.name;
    if (!name) {
      return undefined;
    }
    const secret = await run.home.client.get<KubernetesObject>(
      { apiVersion: 'v1', kind: 'Secret', namespace: run.namespace, name },
      { signal: run.signal },
    );
    if (!secret) {
      throw new SourceError(
        `Secret ${run.namespace}/${name} not found; create it or correct spec.secretRef`,
      );
    }
    return secret;
  }

  private async fetch(run: Run, remote: GitRemote): Promise<Outcome> {
    const { spec } = run.object;
    const references = await remote.list(referencePrefixes(spec.ref));
    if (references.length === 0 && (await remote.isEmpty())) {
      throw new GitError('GIT_EMPTY', 'git repository is empty');
    }
    const target = resolveReference(spec.ref, references);
    const { artifact } = run.status;
    if (
      artifact &&
      sameRevision(artifact.revision, target.revision) &&
      run.status.observedIgnore === spec.ignore
    ) {
      return this.unchanged(run, target.revision);
    }
    if (artifact && !sameRevision(artifact.revision, target.revision)) {
      run.conditions.markTrue(
        ConditionType.ArtifactOutdated,
        Reason.NewRevision,
        `new upstream revision '${target.revision}'`,
      );
    }
    await run.progress(
      `building artifact: new upstream revision '${target.revision}'`,
      { changed: true },
    );
    const checkout = await remote.checkout(target);
    try {
      return await this.store(run, target.revision, checkout);
    } finally {
      await checkout.dispose();
    }
  }

  private async store(
    run: Run,
    revision: string,
    checkout: GitCheckout,
  ): Promise<Outcome> {
    const { spec } = run.object;
    const before = run.status.artifact;
    const { files, ignore } = await this.filesOf(checkout, spec.ignore);
    const { commit } = checkout;
    try {
      run.status.artifact = await storeArtifact({
        ...this.options,
        run,
        revision,
        fileName: `${commit.oid}.tar.gz`,
        commit,
        content: packArchive(entriesOf(files, ignore)),
      });
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      if (error instanceof GitError) {
        throw error;
      }
      run.conditions.markTrue(
        ConditionType.StorageOperationFailed,
        Reason.ArchiveOperationFailed,
        error.message,
      );
      return this.summarizeFailure(run, Reason.ArchiveOperationFailed, error);
    }
    if (spec.ignore === undefined) {
      delete run.status.observedIgnore;
    } else {
      run.status.observedIgnore = spec.ignore;
    }
    run.conditions.delete(
      ConditionType.FetchFailed,
      ConditionType.StorageOperationFailed,
      ConditionType.ArtifactOutdated,
    );
    const message = `stored artifact for revision '${revision}'`;
    await run.report({
      condition: { type: ConditionType.ArtifactInStorage, status: 'True' },
      reason: Reason.Succeeded,
      message,
    });
    await run.report({
      event: 'Normal',
      reason: Reason.NewArtifact,
      message:
        before?.digest === run.status.artifact.digest
          ? message
          : `stored artifact for commit '${subjectOf(commit.message) || revision}'`,
      revision,
      metadata: { digest: run.status.artifact.digest },
    });
    return this.finish(run);
  }

  private async filesOf(
    checkout: GitCheckout,
    ignore: string | undefined,
  ): Promise<{ files: GitFile[]; ignore: SourceIgnore }> {
    const files: GitFile[] = [];
    const ignoreFiles: IgnoreFile[] = [];
    for await (const file of checkout.files()) {
      files.push(file);
      const slash = file.path.lastIndexOf('/');
      if (file.path.slice(slash + 1) === IGNORE_FILE) {
        ignoreFiles.push({
          directory: file.path.slice(0, Math.max(slash, 0)),
          text: Buffer.from(await file.read()).toString('utf8'),
        });
      }
    }
    return {
      files,
      ignore: new SourceIgnore({ files: ignoreFiles, ignore }),
    };
  }

  private async unchanged(run: Run, revision: string): Promise<Outcome> {
    const failedBefore = run.conditions.isTrue(ConditionType.FetchFailed);
    run.conditions.delete(
      ConditionType.FetchFailed,
      ConditionType.ArtifactOutdated,
      ConditionType.StorageOperationFailed,
    );
    run.conditions.markTrue(
      ConditionType.ArtifactInStorage,
      Reason.Succeeded,
      `stored artifact for revision '${revision}'`,
    );
    run.status.artifact = this.options.urls.renew(run.status.artifact!);
    await run.report({
      event: failedBefore ? 'Normal' : 'Trace',
      reason: failedBefore ? Reason.Succeeded : Reason.ArtifactUpToDate,
      message: failedBefore
        ? `stored artifact for revision '${revision}'`
        : `artifact up-to-date with remote revision: '${revision}'`,
      revision,
    });
    return this.finish(run);
  }

  private finish(run: Run): Outcome {
    run.conditions.delete(ConditionType.Reconciling, ConditionType.Stalled);
    run.conditions.summarize(READY_FROM);
    run.status.observedGeneration = run.generation;
    return done(durationToMs(run.object.spec.interval));
  }

  private async failFetch(
    run: Run,
    reason: string,
    error: Error,
  ): Promise<Outcome> {
    const message =
      reason === Reason.GitOperationFailed
        ? `failed to checkout and determine revision: ${error.message}`
        : error.message;
    run.conditions.markTrue(ConditionType.FetchFailed, reason, message);
    return this.summarizeFailure(run, reason, new SourceError(message));
  }

  private async summarizeFailure(
    run: Run,
    reason: string,
    error: Error,
  ): Promise<Outcome> {
    run.conditions.delete(ConditionType.Reconciling);
    run.conditions.summarize(READY_FROM);
    await run.report({ event: 'Warning', reason, message: error.message });
    return retry(error);
  }

  private async stall(
    run: Run,
    reason: string,
    message: string,
  ): Promise<Outcome> {
    run.conditions.markTrue(ConditionType.FetchFailed, reason, message);
    run.conditions.markStalled(reason, message);
    run.conditions.summarize(READY_FROM);
    run.status.observedGeneration = run.generation;
    await run.report({ event: 'Warning', reason, message });
    return stalled(new SourceError(message));
  }
}

async function* entriesOf(files: readonly GitFile[], ignore: SourceIgnore) {
  for (const file of files) {
    if (!ignore.ignores(file.path, false)) {
      yield {
        path: file.path,
        executable: file.executable,
        content: await file.read(),
      };
    }
  }
}

function reasonOf(error: Error): string {
  return (
    (error instanceof GitError && REASONS[error.code]) ||
    Reason.GitOperationFailed
  );
}

function subjectOf(message: string): string {
  const [subject] = message.split('\n', 1);
  return subject.length > SUBJECT_LENGTH
    ? `${subject.slice(0, SUBJECT_LENGTH)}...`
    : subject;
}
