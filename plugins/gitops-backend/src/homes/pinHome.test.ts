import { mockServices } from '@backstage/backend-test-utils';
import {
  ClusterClient,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { Home } from './Home';
import { HomePins } from './pinHome';

jest.setTimeout(60_000);

const forbidden = new KubernetesApiError({
  status: 403,
  reason: 'Forbidden',
  apiMessage: 'cannot get namespaces',
  where: 'get Namespace/kube-system',
  server: 'https://home.example',
});

/** A home whose cluster answers with a UID, or refuses. */
function homeOf(answer: string | Error, clusterUid?: string): Home {
  const client: Partial<ClusterClient> = {
    get: async <T>() => {
      if (answer instanceof Error) {
        throw answer;
      }
      return { metadata: { name: 'kube-system', uid: answer } } as T;
    },
  };
  return new Home({
    name: 'prod',
    mode: 'reconcile',
    client: client as ClusterClient,
    allowPortalCredential: false,
    clusterUid,
  });
}

describe.each(testDatabaseIds)('the pin of a home on %s', id => {
  const init = migratedDatabases();
  const logger = mockServices.logger.mock();
  let pins: HomePins;

  beforeEach(async () => {
    pins = new HomePins({ database: await init(id), logger });
    logger.warn.mockClear();
  });

  it('is the cluster that was seen first, for all replicas', async () => {
    expect(
      await Promise.all([pins.check(homeOf('u1')), pins.check(homeOf('u1'))]),
    ).toEqual([undefined, undefined]);
    const home = homeOf('u2');
    expect(await pins.check(home)).toEqual({ was: 'u1', is: 'u2' });
    expect(home.replaced).toEqual({ was: 'u1', is: 'u2' });
    await pins.check(home);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining(
        'until clusterUid of the home in app-config is u2',
      ),
    );
    // The former one is back.
    expect(await pins.check(homeOf('u1'))).toBeUndefined();
  });

  it('is confirmed by the configuration, and stays confirmed without it', async () => {
    await pins.check(homeOf('u1'));
    expect(await pins.check(homeOf('u2', 'u2'))).toBeUndefined();
    expect(await pins.check(homeOf('u2'))).toBeUndefined();
    expect(await pins.check(homeOf('u1'))).toEqual({ was: 'u2', is: 'u1' });
  });

  it('is what the configuration says, whatever was seen', async () => {
    await pins.check(homeOf('u1'));
    expect(await pins.check(homeOf('u1', 'u2'))).toEqual({
      was: 'u2',
      is: 'u1',
    });
  });

  it('holds where a known cluster cannot be told any more, and not where it never could', async () => {
    const never = homeOf(forbidden);
    expect(await pins.check(never)).toBeUndefined();
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('get the namespace kube-system'),
    );
    await pins.check(homeOf('u1'));
    expect(await pins.check(homeOf(forbidden))).toEqual({ was: 'u1' });
  });

  it('says nothing of a cluster that does not answer', async () => {
    await pins.check(homeOf('u1'));
    const home = homeOf(new Error('ECONNREFUSED'));
    await expect(pins.check(home)).rejects.toThrow('ECONNREFUSED');
    expect(home.replaced).toBeUndefined();
  });
});
