import { Readable } from 'node:stream';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { Artifact, GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { ArtifactIndex, CommitSummary } from '../../artifacts/ArtifactIndex';
import { ArtifactUrls } from '../../artifacts/ArtifactUrls';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';

/**
 * Stores the artifact of a source and lets go of its older ones; gives what
 * belongs into `status.artifact`.
 */
export async function storeArtifact(options: {
  run: ReconcileRun<GitopsObject>;
  store: ArtifactStore;
  index: ArtifactIndex;
  urls: ArtifactUrls;
  content: Readable;
  signal: AbortSignal;
  revision: string;
  fileName: string;
  maxSize: number;
  /** Artifacts of the object that are kept, this one included. */
  kept: number;
  commit?: CommitSummary;
  metadata?: Record<string, string>;
}): Promise<Artifact> {
  const { run, store, index, revision, metadata } = options;
  run.claim.assertHeld();
  const { digest, size } = await store.put(options.content, {
    maxSize: options.maxSize,
    signal: options.signal,
  });
  await index.add(run.claim, {
    revision,
    digest,
    size,
    metadata,
    commit: options.commit && {
      message: options.commit.message,
      author: options.commit.author,
      time: options.commit.time,
    },
  });
  const older = (await index.list(run.id))
    .filter(artifact => artifact.digest !== digest)
    .slice(options.kept - 1);
  const unheld = await index.remove(
    run.claim,
    older.map(artifact => artifact.digest),
  );
  for (const unheldDigest of unheld) {
    await store.delete(unheldDigest);
  }
  return {
    path: `${run.kind.singular}/${run.namespace}/${run.name}/${options.fileName}`,
    url: options.urls.sign(digest),
    revision,
    digest,
    size,
    lastUpdateTime: new Date(run.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(metadata && { metadata }),
  };
}
