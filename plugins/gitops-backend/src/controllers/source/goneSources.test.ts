import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  crdOf,
  FLUX_FINALIZER,
  GitRepository,
  gitRepositoryKind,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';
import { Gitops } from '../../createGitops';

jest.setTimeout(120_000);

describe('a source that is deleted', () => {
  const init = migratedDatabases();
  let world: World;
  let portal: Gitops;
  let url: string;

  const ref = (name: string) => ({
    apiVersion: gitRepositoryKind.apiVersion,
    kind: 'GitRepository',
    namespace: 'default',
    name,
  });
  const artifactsOf = (name: string) =>
    portal.artifacts.list(
      `demo/${gitRepositoryKind.group}/GitRepository/default/${name}`,
    );
  const fetched = (name: string) =>
    world.until<GitRepository>(
      ref(name),
      object => readyOf(object)?.status === 'True',
    );
  const hasLetGo = async (name: string) => {
    while ((await artifactsOf(name)).length > 0) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  };

  beforeAll(async () => {
    world = await World.start();
    ({ url } = await world.sandbox.git.createRepository('team/app', {
      'app.yaml': 'kind: ConfigMap\n',
    }));
    await world.apply(crdOf(gitRepositoryKind) as KubernetesObject);
    portal = await world.startPortal(await init('SQLITE_3'));
  });

  afterAll(async () => {
    await world?.stop();
  });

  it('goes at once, and its artifacts go', async () => {
    await world.apply(gitRepository(url, {}, 'gone'));
    const object = await fetched('gone');
    expect(object.metadata.finalizers).toBeUndefined();
    expect(await artifactsOf('gone')).toHaveLength(1);

    await world.client.delete(ref('gone'));
    expect(await world.client.get(ref('gone'))).toBeUndefined();
    await hasLetGo('gone');
  });

  it('is let go of where another controller has put the finalizer', async () => {
    const source = gitRepository(url, {}, 'of-flux');
    await world.apply({
      ...source,
      metadata: { ...source.metadata, finalizers: [FLUX_FINALIZER] },
    });
    await fetched('of-flux');

    await world.client.delete(ref('of-flux'));
    while (await world.client.get(ref('of-flux'))) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    await hasLetGo('of-flux');
    expect(await artifactsOf('of-flux')).toEqual([]);
  });

  it('keeps what another one holds of the same content', async () => {
    await world.apply(gitRepository(url, {}, 'first'));
    await world.apply(gitRepository(url, {}, 'second'));
    await fetched('first');
    const kept = (await fetched('second')).status?.artifact;

    await world.client.delete(ref('first'));
    await hasLetGo('first');
    expect((await artifactsOf('second')).map(({ digest }) => digest)).toEqual([
      kept?.digest,
    ]);
  });
});
