import { buffer } from 'node:stream/consumers';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createMockDirectory } from '@backstage/backend-test-utils';
import request from 'supertest';
import { FileArtifactStore } from '../artifacts/FileArtifactStore';
import { packArchive } from '../artifacts/packArchive';
import { readArchive } from '../artifacts/readArchive';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { gitRepository } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const URL = '/objects/local/GitRepository/default/game/artifacts';
const KEY = {
  home: 'local',
  kind: 'GitRepository',
  namespace: 'default',
  name: 'game',
};
const OBJECT_ID = 'local/source.toolkit.fluxcd.io/GitRepository/default/game';
const PASSWORD = 'hunter2';

const NEW: Record<string, string> = {
  'README.md': '# Game',
  'apps/deployment.yaml': 'kind: Deployment\n',
  'apps/logo.png': '\u0000\u0001',
  'apps/secret.yaml': `kind: Secret\nstringData: { password: ${PASSWORD} }\n`,
  'large.txt': 'x'.repeat(512 * 1024 + 1),
};

const directory = createMockDirectory();
let world: ApiWorld;
let store: FileArtifactStore;
let digests: string[];

async function put(files: Record<string, string>): Promise<string> {
  const { digest, size } = await store.put(
    packArchive(
      Object.entries(files).map(([path, text]) => ({
        path,
        executable: path === 'README.md',
        content: Buffer.from(text),
      })),
    ),
  );
  world.artifacts.unshift({
    objectId: OBJECT_ID,
    revision: `main@sha1:${world.artifacts.length}`,
    digest,
    size,
    createdAt: NOW,
    ...(world.artifacts.length === 0 && {
      commit: { message: 'First', author: 'Ada', time: NOW - 60_000 },
      metadata: { origin: 'x' },
    }),
  });
  return digest;
}

beforeEach(async () => {
  directory.clear();
  store = new FileArtifactStore({ directory: directory.path });
  world = new ApiWorld({ local: 'reconcile' }, { store });
  const old = await put({ 'README.md': 'old' });
  const current = await put(NEW);
  digests = [current, old];
  world.put({
    ...gitRepository('game'),
    status: { artifact: { digest: current, revision: 'main@sha1:1' } },
  });
});

describe('GET …/artifacts', () => {
  it('lists what is kept', async () => {
    const { items } = await world.typedClient().listArtifacts(KEY);
    expect(items).toEqual([
      {
        revision: 'main@sha1:1',
        digest: digests[0],
        size: expect.any(Number),
        updatedAt: '2026-11-22T12:00:00.000Z',
        current: true,
      },
      {
        revision: 'main@sha1:0',
        digest: digests[1],
        size: expect.any(Number),
        updatedAt: '2026-11-22T12:00:00.000Z',
        commit: {
          message: 'First',
          author: 'Ada',
          at: '2026-11-22T11:59:00.000Z',
        },
        metadata: { origin: 'x' },
        current: false,
      },
    ]);
  });

  it('lists nothing of a home that others reconcile', async () => {
    world.artifacts.length = 0;
    expect((await world.typedClient().listArtifacts(KEY)).items).toEqual([]);
    const { status, body } = await world.get(`${URL}/folder`);
    expect(status).toBe(404);
    expect(body.error).toMatchObject({
      code: 'GITOPS_ARTIFACT_NOT_FOUND',
      message: 'GitRepository default/game has no artifact in this portal',
    });
  });
});

describe('GET …/artifacts/folder', () => {
  it('shows folders page by page', async () => {
    const client = world.typedClient();
    const root = await client.listArtifactFolder(KEY);
    expect(root).toMatchObject({
      revision: 'main@sha1:1',
      digest: digests[0],
      path: '',
      totalItems: 3,
      items: [
        { name: 'apps', type: 'folder' },
        { name: 'README.md', type: 'file', size: 6, executable: true },
        { name: 'large.txt', type: 'file' },
      ],
      pageInfo: {},
    });
    const query = { path: 'apps', limit: 2 };
    const first = await client.listArtifactFolder(KEY, query);
    const { nextCursor: cursor } = first.pageInfo;
    const second = await client.listArtifactFolder(KEY, { ...query, cursor });
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual([
      'deployment.yaml',
      'logo.png',
      'secret.yaml',
    ]);
    expect(second.pageInfo).toEqual({});
    const other = await world.get(`${URL}/folder?cursor=${cursor}`);
    expect(other.body.error?.code).toBe('GITOPS_INVALID_CURSOR');
  });

  it('shows older artifacts', async () => {
    const digest = digests[1];
    const { items } = await world
      .typedClient()
      .listArtifactFolder(KEY, { digest });
    expect(items).toEqual([
      { name: 'README.md', type: 'file', size: 3, executable: true },
    ]);
  });

  it.each<[string, number, string]>([
    ['path=nowhere', 404, 'GITOPS_ARTIFACT_NOT_FOUND'],
    ['path=../etc', 404, 'GITOPS_ARTIFACT_NOT_FOUND'],
    ['path=README.md', 404, 'GITOPS_ARTIFACT_NOT_FOUND'],
    [`digest=sha256:${'0'.repeat(64)}`, 404, 'GITOPS_ARTIFACT_NOT_FOUND'],
    ['digest=latest', 400, 'GITOPS_INVALID_REQUEST'],
    ['limit=0', 400, 'GITOPS_INVALID_REQUEST'],
    ['at=1', 400, 'GITOPS_INVALID_REQUEST'],
  ])('refuses %s', async (query, status, code) => {
    const answer = await world.get(`${URL}/folder?${query}`);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  });

  it('says so where the artifact is gone from the store, or damaged', async () => {
    const hex = digests[0].slice('sha256:'.length);
    const file = directory.resolve('sha256', hex.slice(0, 2), hex.slice(2));
    await writeFile(file, 'no archive');
    const damaged = await world.get(`${URL}/folder`);
    expect([damaged.status, damaged.body.error?.code]).toEqual([
      409,
      'GITOPS_ARTIFACT_UNREADABLE',
    ]);
    await store.delete(digests[0]);
    const gone = await world.get(`${URL}/folder`);
    expect([gone.status, gone.body.error?.code]).toEqual([
      404,
      'GITOPS_ARTIFACT_NOT_FOUND',
    ]);
  });
});

describe('GET …/artifacts/file', () => {
  const file = (path: string) =>
    world.typedClient().getArtifactFile(KEY, { path });

  it('shows text, with the values of Secrets masked', async () => {
    expect(await file('apps/deployment.yaml')).toEqual({
      revision: 'main@sha1:1',
      digest: digests[0],
      path: 'apps/deployment.yaml',
      size: 17,
      text: 'kind: Deployment\n',
    });
    const secret = await file('apps/secret.yaml');
    expect(secret.masked).toBe(true);
    expect(secret.text).toContain('password');
    expect(secret.text).not.toContain(PASSWORD);
  });

  it('says why it does not show a file', async () => {
    expect((await file('apps/logo.png')).omitted).toBe('binary');
    expect((await file('large.txt')).omitted).toBe('too-large');
  });

  it.each<[string, number]>([
    ['path=apps', 404],
    ['path=nowhere', 404],
    ['', 400],
  ])('refuses %s', async (query, status) => {
    expect((await world.get(`${URL}/file?${query}`)).status).toBe(status);
  });
});

describe('GET …/artifacts/archive', () => {
  const download = (headers: Record<string, string> = {}) =>
    request(world.app)
      .get(`${URL}/archive`)
      .set({ Authorization: world.authorization, ...headers })
      .buffer()
      .parse((response, done) => {
        buffer(response as unknown as NodeJS.ReadableStream).then(
          body => {
            done(null, body);
          },
          error => {
            done(error, null);
          },
        );
      });

  it('sends what is stored, or a part of it', async () => {
    const whole = await download();
    expect(whole.status).toBe(200);
    expect(whole.headers['content-disposition']).toBe(
      `attachment; filename="default-game-${digests[0].slice(7, 19)}.tar.gz"`,
    );
    const files = await readArchive(Readable.from([whole.body as Buffer]));
    expect([...files.keys()]).toEqual(Object.keys(NEW));
    const part = await download({ Range: 'bytes=2-3' });
    expect(part.status).toBe(206);
    expect(part.body).toEqual((whole.body as Buffer).subarray(2, 4));
  });
});

describe('permissions of artifacts', () => {
  const parts = ['', '/folder', '/file?path=README.md', '/archive'];

  it.each(parts)('need one of their own: %s', async part => {
    world.policy['gitops.artifact.read'] = onlyIn('other');
    const { status, body } = await world.get(`${URL}${part}`);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({
      code: 'GITOPS_NOT_ALLOWED',
      message: expect.stringContaining('gitops.artifact.read'),
    });
  });

  it.each(parts)('do not tell what may not be seen: %s', async part => {
    world.policy['gitops.object.read'] = onlyIn('other');
    world.policy['gitops.artifact.read'] = onlyIn('other');
    const { status, body } = await world.get(`${URL}${part}`);
    expect(status).toBe(404);
    expect(body.error?.code).toBe('GITOPS_OBJECT_NOT_FOUND');
  });
});
