import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  Artifact,
  ConditionType,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactStore,
  ConnectionGuard,
  FetchContext,
  Fetched,
  FetchLimits,
  HttpConnections,
  SourceFetcher,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { NamespaceReader } from './NamespaceReader';
import type { SourceObject } from './SourceReconciler';

/** What {@link FetchRun} is made of. */
export interface FetchRunOptions {
  run: ReconcileRun<SourceObject>;
  store: ArtifactStore;
  connections: HttpConnections;
  guard: ConnectionGuard;
  limits: FetchLimits;
  noCrossNamespaceRefs: boolean;
  signal: AbortSignal;
}

/** What a fetcher may use of a run, and a directory that lives as long. */
export class FetchRun implements FetchContext<SourceObject> {
  readonly object: SourceObject;
  readonly namespace: string;
  readonly home: SourceHome;
  readonly generationChanged: boolean;
  readonly connections: HttpConnections;
  readonly guard: ConnectionGuard;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
  private readonly run: ReconcileRun<SourceObject>;
  private readonly store: ArtifactStore;
  private temporary: Promise<string> | undefined;

  constructor(options: FetchRunOptions) {
    const { run } = options;
    this.run = run;
    this.store = options.store;
    this.connections = options.connections;
    this.guard = options.guard;
    this.limits = options.limits;
    this.signal = options.signal;
    this.object = run.object;
    this.namespace = run.namespace;
    this.generationChanged = run.status.observedGeneration !== run.generation;
    this.home = new NamespaceReader(run.home, run.namespace, options.signal);
  }

  get artifact(): Artifact | undefined {
    return this.run.status.artifact;
  }

  fetch(fetcher: SourceFetcher): Promise<Fetched> {
    return fetcher.fetch(this);
  }

  now(): number {
    return this.run.now();
  }

  conditionStatus(type: string) {
    return this.run.conditions.get(type)?.status;
  }

  directory(): Promise<string> {
    this.temporary ??= mkdtemp(path.join(tmpdir(), 'gitops-source-'));
    return this.temporary;
  }

  openArtifact(artifact: Artifact): Promise<Readable> {
    return this.store.open(artifact.digest, { signal: this.signal });
  }

  verified(message: string | false): void {
    if (message === false) {
      this.run.conditions.delete(ConditionType.SourceVerified);
    } else {
      this.run.conditions.set(
        ConditionType.SourceVerified,
        'True',
        Reason.Succeeded,
        message,
      );
    }
  }

  unverified(message: string): void {
    this.run.conditions.set(
      ConditionType.SourceVerified,
      'False',
      Reason.VerificationError,
      message,
    );
  }

  observe(status: NonNullable<SourceObject['status']>): void {
    Object.assign(this.run.status, status);
  }

  async building(what: { reason?: string; message: string }): Promise<void> {
    if (this.artifact) {
      this.run.conditions.markTrue(
        ConditionType.ArtifactOutdated,
        what.reason ?? Reason.NewRevision,
        what.message,
      );
    }
    await this.run.progress(`building artifact: ${what.message}`, {
      changed: true,
    });
  }

  async dispose(): Promise<void> {
    if (this.temporary) {
      await rm(await this.temporary, { recursive: true, force: true });
    }
  }
}
