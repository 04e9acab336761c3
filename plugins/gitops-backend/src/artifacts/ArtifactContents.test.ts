import { copyFile, readFile } from 'node:fs/promises';
import { createMockDirectory } from '@backstage/backend-test-utils';
import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
} from '@backstage-gitops/plugin-gitops-node';
import { ArtifactContents } from './ArtifactContents';
import { FileArtifactStore } from './FileArtifactStore';
import { packArchive } from './packArchive';

const FILES: Record<string, string> = {
  'README.md': '# Game',
  'apps.yaml': 'kind: List',
  'apps/base/deployment.yaml': 'kind: Deployment',
  'apps/base/run.sh': '#!/bin/sh\n',
  'apps/prod/kustomization.yaml': 'kind: Kustomization',
};

describe('ArtifactContents', () => {
  const directory = createMockDirectory();
  let store: FileArtifactStore;
  let opened: number;
  let contents: ArtifactContents;
  let digest: string;

  beforeEach(async () => {
    directory.clear();
    store = new FileArtifactStore({ directory: directory.path });
    opened = 0;
    contents = new ArtifactContents({
      store: Object.assign(Object.create(store), {
        open: (...args: Parameters<FileArtifactStore['open']>) => {
          opened += 1;
          return store.open(...args);
        },
      }),
    });
    ({ digest } = await store.put(
      packArchive(
        Object.entries(FILES).map(([path, text]) => ({
          path,
          executable: path.endsWith('.sh'),
          content: Buffer.from(text),
        })),
      ),
    ));
  });

  const shown = async (path: string) =>
    (await contents.folder(digest, path))?.map(
      ({ name, type, size, executable }) =>
        `${name}${type === 'folder' ? '/' : ''}${executable ? '*' : ''} ${size}`,
    );

  it('shows a folder, folders first, with the sizes of what is below', async () => {
    expect(await shown('')).toEqual([
      'apps/ 45',
      'README.md 6',
      'apps.yaml 10',
    ]);
    expect(await shown('apps')).toEqual(['base/ 26', 'prod/ 19']);
    expect(await shown('apps/base')).toEqual([
      'deployment.yaml 16',
      'run.sh* 10',
    ]);
    expect(opened).toBe(1);
  });

  it('shares the reading of a tree', async () => {
    await Promise.all([shown(''), shown('apps'), shown('apps/prod')]);
    expect(opened).toBe(1);
  });

  it.each(['nowhere', 'apps/base/run.sh', '/apps', 'apps/', '../apps'])(
    'has no folder %s',
    async path => {
      expect(await shown(path)).toBeUndefined();
    },
  );

  it('reads a file, if it is not too large', async () => {
    const read = (path: string, maxBytes = 100) =>
      contents.file(digest, path, { maxBytes });
    expect(await read('apps/base/run.sh')).toEqual({
      size: 10,
      executable: true,
      content: Buffer.from('#!/bin/sh\n'),
    });
    expect(await read('README.md', 5)).toEqual({
      size: 6,
      executable: false,
      content: undefined,
    });
    expect(await read('apps')).toBeUndefined();
    expect(await read('apps/base')).toBeUndefined();
    expect(await read('')).toBeUndefined();
  });

  it('shows nothing of what is damaged, and reads it again once it is whole', async () => {
    const pathOf = (stored: { digest: string }) => {
      const hex = stored.digest.slice('sha256:'.length);
      return directory.resolve('sha256', hex.slice(0, 2), hex.slice(2));
    };
    const other = await store.put(packArchive([]));
    const whole = await readFile(pathOf({ digest }));
    await copyFile(pathOf(other), pathOf({ digest }));
    await expect(contents.folder(digest, '')).rejects.toThrow(
      ArtifactCorruptError,
    );
    await store.delete(digest);
    await expect(contents.folder(digest, '')).rejects.toThrow(
      ArtifactNotFoundError,
    );
    await store.put(whole);
    expect(await shown('apps/prod')).toEqual(['kustomization.yaml 19']);
  });
});
