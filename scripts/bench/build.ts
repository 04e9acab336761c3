import { setTimeout as sleep } from 'node:timers/promises';
import {
  Artifact,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { ManifestBuilder } from '../../plugins/gitops-backend/src/workers/ManifestBuilder';
import { overlay } from './kustomizeOverlay';
import { measure } from './measure';

/** Builds a line. Each has an artifact of its own, so none is cached. */
const ROUNDS = 5;
/** MiB of files in an artifact that no build reads, as repositories have them. */
const BALLAST = 20;

/**
 * Builds on the event loop, in a thread, and from the cache. What counts beside
 * the time of a build (`msEach`) is how long the event loop stood still.
 */
export async function benchBuild(): Promise<void> {
  const { signal } = new AbortController();
  // How long the loop of a process that does nothing seems to stand still on
  // this machine now; no line below can be better.
  await measure('build.idle', 0, async () => {
    await sleep(2_000);
  });
  for (const threads of [1, 0]) {
    const name = threads > 0 ? 'build.pool' : 'build.inline';
    const builder = new ManifestBuilder({
      workers: { threads, timeoutMs: 120_000, memoryMb: 512 },
      maxCachedBytes: 256 * 1024 * 1024,
    });
    const run = async (files: Map<string, Buffer>, digest: string) => {
      const started = performance.now();
      const built = await builder.build({
        artifact: { digest } as Artifact,
        files,
        object: { spec: { path: './overlay' } } as Kustomization,
        signal,
      });
      if (built.objects.length === 0) {
        throw new Error('The build gave nothing');
      }
      return performance.now() - started;
    };
    for (const n of [1_000, 5_000]) {
      const artifacts = Array.from({ length: ROUNDS + 1 }, () => artifact(n));
      await run(artifacts[ROUNDS], `${n}-warm`);
      for (const line of [name, `${name}.cached`]) {
        await measure(line, n, async () => {
          let ms = 0;
          for (let round = 0; round < ROUNDS; round++) {
            ms += await run(artifacts[round], `${n}-${round}`);
            // Only a loop that turns can be seen to have stood still.
            await sleep(20);
          }
          return { msEach: Math.round(ms / ROUNDS) };
        });
      }
    }
    await builder.close();
  }
}

function artifact(count: number): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [path, text] of Object.entries(overlay(count))) {
    files.set(path, Buffer.from(text));
  }
  for (let index = 0; index < BALLAST * 16; index++) {
    files.set(`docs/${index}.bin`, Buffer.alloc(64 * 1024, index));
  }
  return files;
}
