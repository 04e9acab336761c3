import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createMockDirectory } from '@backstage/backend-test-utils';
import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  ArtifactTooLargeError,
} from '@backstage-gitops/plugin-gitops-node';
import { FileArtifactStore } from './FileArtifactStore';

// sha256sum of "hello"
const HELLO =
  'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

describe('FileArtifactStore', () => {
  const directory = createMockDirectory();
  let store: FileArtifactStore;
  const fileOfHello = () =>
    path.join(directory.path, 'sha256', HELLO.slice(7, 9), HELLO.slice(9));

  beforeEach(() => {
    directory.clear();
    store = new FileArtifactStore({ directory: directory.path });
  });

  it('finds content by its digest', async () => {
    expect(await store.put(Readable.from(['he', 'llo']))).toEqual({
      digest: HELLO,
      size: 5,
    });
    expect(await store.put(Buffer.from('hello'))).toEqual({
      digest: HELLO,
      size: 5,
    });
    expect((await buffer(await store.open(HELLO))).toString()).toBe('hello');
    expect(await store.has(HELLO)).toEqual({ digest: HELLO, size: 5 });
    const listed = [];
    for await (const artifact of store.list()) {
      listed.push(artifact.digest);
    }
    expect(listed).toEqual([HELLO]);
    expect(await readdir(path.join(directory.path, 'incoming'))).toEqual([]);
  });

  it('notices damage before the reader is done', async () => {
    await store.put(Buffer.from('hello'));
    await writeFile(fileOfHello(), 'hallo');
    await expect(buffer(await store.open(HELLO))).rejects.toThrow(
      ArtifactCorruptError,
    );
  });

  it('keeps nothing of what is too large or breaks off', async () => {
    await expect(
      store.put(Readable.from(['hello', 'hello']), { maxSize: 9 }),
    ).rejects.toThrow(ArtifactTooLargeError);
    await expect(
      store.put(
        Readable.from(
          (async function* broken() {
            yield 'he';
            throw new Error('connection reset');
          })(),
        ),
      ),
    ).rejects.toThrow('connection reset');
    for await (const artifact of store.list()) {
      throw new Error(`kept ${artifact.digest}`);
    }
    expect(await readdir(path.join(directory.path, 'incoming'))).toEqual([]);
  });

  it('survives two writers of the same content', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () => store.put(Buffer.from('hello'))),
    );
    expect(new Set(results.map(result => result.digest))).toEqual(
      new Set([HELLO]),
    );
    expect((await buffer(await store.open(HELLO))).toString()).toBe('hello');
  });

  it('knows nothing of what is not there', async () => {
    await store.put(Buffer.from('hello'));
    await store.delete(HELLO);
    await store.delete(HELLO);
    expect(await store.has(HELLO)).toBeUndefined();
    await expect(store.open(HELLO)).rejects.toThrow(ArtifactNotFoundError);
    await expect(store.open('sha256:../../etc/passwd')).rejects.toThrow(
      ArtifactNotFoundError,
    );
  });
});
