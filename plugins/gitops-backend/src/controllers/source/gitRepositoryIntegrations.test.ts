// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const GRANTED = { username: 'x-access-token', password: 'of the portal' };

describe('GitRepository without a Secret', () => {
  const init = migratedDatabases();
  let world: World;
  let url: string;
  const asked: object[] = [];

  beforeAll(async () => {
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'), {
      integrations: {
        authorizationFor: async source => {
          asked.push(source);
          const { username, password } = GRANTED;
          return source.url.endsWith('granted.git')
            ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
            : undefined;
        },
      },
    });
    await world.untilKinds('gitrepositories.source.toolkit.fluxcd.io');
    for (const name of ['team/granted', 'team/other']) {
      const created = await world.sandbox.git.createRepository(
        name,
        { 'app.yaml': 'app' },
        { access: { basic: GRANTED } },
      );
      url = created.url.replace(/team\/.*/, 'team');
    }
  });

  afterAll(async () => {
    await world?.stop();
  });

  const until = async (name: string, repository: string) => {
    await world.apply(gitRepository(`${url}/${repository}.git`, {}, name));
    return readyOf(
      await world.until<GitRepository>(
        {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'GitRepository',
          namespace: 'default',
          name,
        },
        object => ['True', 'False'].includes(readyOf(object)?.status ?? ''),
      ),
    );
  };

  it('is fetched with what the configuration grants it', async () => {
    expect(await until('granted', 'granted')).toMatchObject({ status: 'True' });
    expect(asked).toContainEqual({
      home: 'demo',
      namespace: 'default',
      url: `${url}/granted.git`,
    });
  });

  it('is fetched without credentials where none are granted', async () => {
    expect(await until('other', 'other')).toMatchObject({
      status: 'False',
      reason: 'AuthenticationFailed',
    });
  });
});
