import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { Knex } from 'knex';
import { assertError } from '@backstage/errors';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { Row } from '../../database/rows';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** How many of the newest artifacts must be in the store. */
const SAMPLE = 20;

/** Artifacts must be written, read, and found by every process. */
export function hostArtifacts(options: {
  store: ArtifactStore;
  database: Knex;
  /** Where artifacts are, for people. */
  place: string;
}): DoctorCheck {
  const { store, database, place } = options;
  return {
    id: 'host.artifacts',
    run: async (_, signal): Promise<Finding[]> => {
      try {
        await tryOut(store, signal);
      } catch (error) {
        assertError(error);
        return [
          {
            level: 'error',
            title: `The artifact store (${place}) cannot be written and read: ${error.message}`,
            meaning: 'No source can be fetched, and no delivery can be built.',
            action:
              'Give the backend a folder that it may write to, with space left.',
            snippet: {
              file: 'app-config.yaml',
              text: 'gitops:\n  artifacts:\n    directory: /var/lib/portal/artifacts # shared by all processes',
            },
          },
        ];
      }
      const missing = await countMissing(store, database);
      if (missing > 0) {
        return [
          {
            level: 'error',
            title: `The artifact store (${place}) lacks ${missing} of the newest artifacts`,
            meaning:
              'The folder was emptied, or this process does not share it with the one that wrote them. Deliveries fail until their source is fetched again.',
            action:
              'Let all processes share one folder, and reconcile the sources.',
          },
        ];
      }
      return [
        {
          level: 'ok',
          title: `The artifact store (${place}) can be written and read`,
        },
      ];
    },
  };
}

/** Bytes that nobody else has: they may be deleted afterwards. */
async function tryOut(store: ArtifactStore, signal: AbortSignal) {
  const { digest } = await store.put(randomBytes(32), { signal });
  try {
    const stream = await store.open(digest, { signal });
    // The store itself compares what is read with the digest.
    await finished(stream.resume());
  } finally {
    await store.delete(digest);
  }
}

/** What each object holds last; what it held before may be gone. */
async function countMissing(
  store: ArtifactStore,
  database: Knex,
): Promise<number> {
  const rows: Row[] = await database('gitops_artifacts as artifact')
    .select('artifact.digest')
    .whereNotExists(
      database('gitops_artifacts as newer')
        .whereRaw('newer.object_id = artifact.object_id')
        .whereRaw('newer.created_at > artifact.created_at'),
    )
    .orderBy('artifact.created_at', 'desc')
    .limit(SAMPLE);
  const found = await Promise.all(
    rows.map(({ digest }) => store.has(String(digest))),
  );
  return found.filter(artifact => artifact === undefined).length;
}
