import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { ArtifactGarbage } from './ArtifactGarbage';
import { FileArtifactStore } from './FileArtifactStore';

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 22, 12);

describe('ArtifactGarbage', () => {
  const directory = createMockDirectory();
  const { signal } = new AbortController();
  let store: FileArtifactStore;
  let held: Set<string>;
  let forgottenSince: number[];
  let garbage: ArtifactGarbage;

  beforeEach(() => {
    directory.clear();
    store = new FileArtifactStore({ directory: directory.path });
    held = new Set();
    forgottenSince = [];
    garbage = new ArtifactGarbage({
      store,
      index: {
        held: async digests =>
          new Set(digests.filter(digest => held.has(digest))),
        removeForgotten: async ({ since }) => {
          forgottenSince.push(since);
        },
      },
      logger: mockServices.logger.mock(),
      now: () => NOW,
    });
  });

  async function age(file: string, hours: number): Promise<void> {
    const time = new Date(NOW - hours * HOUR_MS);
    await utimes(directory.resolve(file), time, time);
  }

  async function put(content: string, hours: number): Promise<string> {
    const { digest } = await store.put(Buffer.from(content));
    const hex = digest.slice('sha256:'.length);
    await age(`sha256/${hex.slice(0, 2)}/${hex.slice(2)}`, hours);
    return digest;
  }

  it('deletes what nobody holds, unless it was stored just now', async () => {
    const wanted = await put('held', 2);
    held.add(wanted);
    const unwanted = await put('unheld', 2);
    const fresh = await put('being indexed', 0.5);
    expect(await garbage.collect(signal)).toEqual({ artifacts: 1, bytes: 6 });
    expect(await store.has(unwanted)).toBeUndefined();
    expect(await store.has(wanted)).toBeDefined();
    expect(await store.has(fresh)).toBeDefined();
    expect(forgottenSince).toEqual([NOW - 24 * HOUR_MS]);
  });

  it('asks about many at once, and forgets none', async () => {
    for (let i = 0; i < 1_001; i++) {
      await put(`content ${i}`, 2);
    }
    const { artifacts } = await garbage.collect(signal);
    expect(artifacts).toBe(1_001);
  });

  it('deletes files that were never finished', async () => {
    await mkdir(directory.resolve('incoming'));
    for (const [name, hours] of [
      ['old', 2],
      ['new', 0.5],
    ] as const) {
      await writeFile(directory.resolve('incoming', name), 'x');
      await age(`incoming/${name}`, hours);
    }
    await garbage.collect(signal);
    expect(await readdir(directory.resolve('incoming'))).toEqual(['new']);
  });

  it('stops when it is told to', async () => {
    const unwanted = await put('unheld', 2);
    const stopped = AbortSignal.abort();
    await expect(garbage.collect(stopped)).rejects.toThrow(/aborted/);
    expect(await store.has(unwanted)).toBeDefined();
  });
});
