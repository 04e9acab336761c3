// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { FileArtifactStore } from '../../artifacts/FileArtifactStore';
import { readArchive } from '../../artifacts/readArchive';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

describe('GitRepository with includes', () => {
  const init = migratedDatabases();
  let world: World;
  let baseUrl: string;
  let sharedUrl: string;

  beforeAll(async () => {
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('gitrepositories.source.toolkit.fluxcd.io');
    baseUrl = (
      await world.sandbox.git.createRepository('team/base', {
        'app/web.yaml': 'web',
        'shared/old.yaml': 'old',
        'shared/policies/a.yaml': 'mine',
        'zz.yaml': 'last',
      })
    ).url;
    sharedUrl = (
      await world.sandbox.git.createRepository('team/shared', {
        'policies/a.yaml': 'theirs',
        'policies/b.yaml': 'b',
        'docs/readme.md': 'text',
        '.sourceignore': 'b.yaml',
      })
    ).url;
  });

  afterAll(async () => {
    await world?.stop();
  });

  const until = (name: string, wanted: (object?: GitRepository) => boolean) =>
    world.until<GitRepository>(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name,
      },
      wanted,
    );

  const filesOf = async ({ status }: GitRepository) => {
    const store = new FileArtifactStore({
      directory: `${world.directory}/artifacts`,
    });
    const files = await readArchive(await store.open(status!.artifact!.digest));
    return Object.fromEntries(
      [...files].map(([path, content]) => [path, content.toString()]),
    );
  };

  it('waits for what it includes, lays it over its own files, and follows it', async () => {
    const include = [
      { repository: { name: 'shared' } },
      {
        repository: { name: 'shared' },
        fromPath: './policies/',
        toPath: 'shared/policies',
      },
    ];
    await world.apply(gitRepository(baseUrl, { include }, 'including'));
    const missing = await until(
      'including',
      found => readyOf(found)?.status === 'False',
    );
    expect(readyOf(missing)).toMatchObject({
      reason: 'NotFound',
      message:
        "could not get resource for include 'shared': GitRepository default/shared not found",
    });

    await world.apply(
      gitRepository(sharedUrl, { ignore: '!b.yaml' }, 'shared'),
    );
    const ready = await until(
      'including',
      found => readyOf(found)?.status === 'True',
    );
    expect(await filesOf(ready)).toEqual({
      'app/web.yaml': 'web',
      'shared/.sourceignore': 'b.yaml',
      'shared/docs/readme.md': 'text',
      'shared/old.yaml': 'old',
      'shared/policies/a.yaml': 'theirs',
      'zz.yaml': 'last',
    });
    expect(ready.status).toMatchObject({
      observedInclude: include,
      includedArtifacts: [
        { revision: expect.stringMatching(/^main@sha1:/) },
        { revision: expect.stringMatching(/^main@sha1:/) },
      ],
    });

    await world.sandbox.git.commit('team/shared', {
      files: { 'policies/c.yaml': 'c' },
      message: 'Add c',
    });
    const shared = await until('shared', found => found !== undefined);
    await world.apply({
      ...gitRepository(sharedUrl, { ignore: '!b.yaml' }, 'shared'),
      metadata: {
        name: 'shared',
        namespace: 'default',
        annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
      },
    });
    const followed = await until(
      'including',
      found =>
        readyOf(found)?.status === 'True' &&
        found?.status?.includedArtifacts?.[0].revision !==
          shared.status?.artifact?.revision,
    );
    expect(await filesOf(followed)).toMatchObject({
      'shared/policies/c.yaml': 'c',
    });
    expect(followed.status?.artifact?.revision).toBe(
      ready.status?.artifact?.revision,
    );
  });

  it('refuses paths that leave the artifact', async () => {
    await world.apply(
      gitRepository(
        baseUrl,
        { include: [{ repository: { name: 'shared' }, toPath: '../up' }] },
        'leaving',
      ),
    );
    const stalled = await until(
      'leaving',
      found =>
        found?.status?.conditions?.some(
          ({ type, status }) => type === 'Stalled' && status === 'True',
        ) ?? false,
    );
    expect(readyOf(stalled)?.message).toBe(
      "toPath of include 'shared' leaves the artifact",
    );
  });
});
