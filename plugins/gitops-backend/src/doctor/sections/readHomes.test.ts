import {
  ClusterClient,
  KubernetesApiError,
  ResourceInfo,
  UnknownKindError,
} from '@backstage-gitops/kubernetes-apply';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { UnavailableCluster } from '../../homes/UnavailableCluster';
import { kustomization } from '../../api/__testUtils__/objects';
import { homeOf } from '../__testUtils__/homeOf';
import { HomesSectionOptions, readHomes } from './readHomes';

const claim = (name: string, home = 'demo'): Claim => ({
  location: { host: 'git.test', repository: `team/${name}` },
  home,
  namespaces: ['default'],
  owner: 'group:default/team',
});

const read = (home: Home, options: Partial<HomesSectionOptions> = {}) =>
  readHomes({
    homes: new Homes([home]),
    reconciledKinds: new Set(['Kustomization']),
    leases: new Map(),
    pins: { pinned: async () => 'uid-1' },
    claims: [],
    registrations: { countsByClaim: async () => [] },
    ...options,
  }).then(([made]) => made);

/** A cluster that knows some kinds, each with as many objects. */
function clusterWith(kinds: Record<string, number>): Partial<ClusterClient> {
  return {
    raw: async () => ({
      status: 200,
      contentType: 'application/json',
      text: '{"gitVersion":"v1.34.1"}',
    }),
    resourceOf: async (apiVersion, kind) => {
      if (!(kind in kinds)) {
        throw new UnknownKindError({ apiVersion, kind, server: 's' });
      }
      return {} as ResourceInfo;
    },
    list: async <T>({
      kind,
      maxItems = 0,
    }: {
      kind: string;
      maxItems?: number;
    }) => ({
      items: Array.from<T>({ length: Math.min(kinds[kind], maxItems) }),
      resourceVersion: '1',
      ...(kinds[kind] > maxItems && { truncated: true as const }),
    }),
  };
}

describe('readHomes', () => {
  it('tells what a home is and does', async () => {
    const home = homeOf(
      {
        name: 'demo',
        mode: 'reconcile',
        defaultServiceAccount: 'deployer',
        clusterUid: 'uid-1',
        now: () => 0,
      },
      clusterWith({ Kustomization: 0, HelmRelease: 3, Bucket: 900 }),
    );
    home.markConnected();
    home.markWatched('Kustomization', true);
    home.cache.set(kustomization('a'), []);
    const made = await read(home, {
      claims: [claim('a'), claim('b'), claim('c', 'other')],
      registrations: {
        countsByClaim: async () => [{ claim: claim('b'), number: 7 }],
      },
      leases: new Map([
        [
          'demo',
          {
            isHeld: true,
            namespace: 'portal',
            read: async () => ({
              apiVersion: 'coordination.k8s.io/v1',
              kind: 'Lease',
              metadata: { name: 'backstage-gitops' },
              spec: {
                holderIdentity: 'https://portal.example/api/gitops 1234-5678',
                renewTime: '2026-11-22T12:00:00.000000Z',
              },
            }),
          },
        ],
      ]),
    });
    expect(made).toMatchObject({
      name: 'demo',
      server: 'https://home.example',
      configuredMode: 'reconcile',
      mode: 'reconcile',
      connected: true,
      since: '1970-01-01T00:00:00.000Z',
      version: 'v1.34.1',
      cluster: { pinned: 'uid-1', isConfigured: true },
      lease: {
        namespace: 'portal',
        name: 'backstage-gitops',
        isHeld: true,
        holder: 'https://portal.example/api/gitops',
        renewedAt: '2026-11-22T12:00:00.000Z',
      },
      defaultIdentity: { type: 'serviceAccount', name: 'deployer' },
      claims: [
        { location: { repository: 'team/a' }, registrations: 0 },
        { location: { repository: 'team/b' }, registrations: 7 },
      ],
    });
    const kindOf = (name: string) =>
      made.kinds.find(({ kind }) => kind === name);
    expect(kindOf('Kustomization')).toEqual({
      kind: 'Kustomization',
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      reconciled: true,
      writtenBy: 'portal',
      served: true,
      objects: 1,
      watchedSince: '1970-01-01T00:00:00.000Z',
    });
    expect(kindOf('HelmRelease')).toMatchObject({
      reconciled: false,
      writtenBy: 'nobody',
      served: true,
      objects: 3,
    });
    expect(kindOf('Bucket')).toMatchObject({ objects: 200, isAtLeast: true });
    expect(kindOf('Alert')).toMatchObject({ served: false });
    expect(JSON.stringify(made)).not.toMatch(/1234-5678|hunter2/);
  });

  it('tells who else writes', async () => {
    const home = homeOf({ name: 'demo', mode: 'reconcile' }, clusterWith({}));
    home.setOtherWriters(new Map([['helm', 'flux-system/helm-controller']]));
    const made = await read(home);
    expect(made).toMatchObject({
      mode: 'reconcile',
      reason: 'flux-system/helm-controller',
      defaultIdentity: { type: 'none' },
    });
    expect(
      made.kinds
        .filter(({ writtenBy }) => writtenBy === 'others')
        .map(({ kind }) => kind),
    ).toEqual(['HelmRelease']);
  });

  it('does not ask a cluster that does not answer for more', async () => {
    const resourceOf = jest.fn();
    const made = await read(
      homeOf(
        { name: 'demo', mode: 'observe' },
        { raw: () => new Promise<never>(() => {}), resourceOf },
      ),
      { timeoutMs: 20 },
    );
    expect(made.version).toBeUndefined();
    expect(made.kinds.length).toBeGreaterThan(10);
    expect(made.kinds.every(({ served }) => served === undefined)).toBe(true);
    expect(resourceOf).not.toHaveBeenCalled();
  });

  it('tells why a kind cannot be counted', async () => {
    const made = await read(
      homeOf(
        { name: 'demo', mode: 'observe' },
        {
          ...clusterWith({ Alert: 1 }),
          list: async () => {
            throw new KubernetesApiError({
              status: 403,
              reason: 'Forbidden',
              apiMessage: 'you may not',
              where: 'list Alert',
              server: 's',
            });
          },
        },
      ),
    );
    expect(made.kinds.find(({ kind }) => kind === 'Alert')).toMatchObject({
      served: true,
      error: expect.stringContaining('you may not'),
    });
  });

  it('has an answer for a home that cannot even be addressed', async () => {
    const home = homeOf({
      name: 'demo',
      mode: 'reconcile',
      client: new UnavailableCluster(new Error('no kubeconfig')),
    });
    home.markFailed('no kubeconfig');
    const made = await read(home);
    expect(made).toMatchObject({ connected: false, error: 'no kubeconfig' });
    expect(made.server).toBeUndefined();
  });
});
