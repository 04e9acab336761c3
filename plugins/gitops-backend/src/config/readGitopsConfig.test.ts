import { ConfigReader } from '@backstage/config';
import { readGitopsConfig } from './readGitopsConfig';

const read = (gitops: object, cpus = 4) =>
  readGitopsConfig(new ConfigReader({ gitops } as never), { cpus });

describe('readGitopsConfig', () => {
  it('has safe defaults', () => {
    expect(
      read({ homes: [{ name: 'prod', kubeconfig: { path: 'k.yaml' } }] }),
    ).toEqual({
      homes: [
        {
          name: 'prod',
          mode: 'observe',
          access: {
            type: 'kubeconfig',
            path: 'k.yaml',
            context: undefined,
            allowExec: false,
          },
          installCrds: false,
          leaseNamespace: 'default',
          defaultServiceAccount: undefined,
          allowPortalCredential: false,
          pruneBounds: {},
          clusterUid: undefined,
        },
      ],
      artifacts: {
        directory: '.data/artifacts',
        maxFiles: 100_000,
        keep: 2,
        maxSize: 536870912,
      },
      concurrency: { source: 4, kustomize: 4, helm: 4, image: 4 },
      pollMs: 1_000,
      leaseMs: 30_000,
      homeLeaseMs: 30_000,
      historyMs: 2_592_000_000,
      noCrossNamespaceRefs: false,
      strictSubstitution: true,
      watchDrift: true,
      watchConfigs: 'reconcile.fluxcd.io/watch=Enabled',
      additiveReadyExpr: false,
      targets: { allowExec: false, allowInsecure: false },
      allowFluxControllers: false,
      strictMac: false,
      vault: { addresses: [], logins: [] },
      network: { allow: [], only: undefined },
      workers: { threads: 3, timeoutMs: 120_000, memoryMb: 512 },
    });
    expect(readGitopsConfig(new ConfigReader({})).homes).toEqual([]);
  });

  it('reads the bounds of prunes, those of a home first', () => {
    const [first, second] = read({
      prune: { objects: 5, share: 0.25 },
      homes: [
        { name: 'a', inCluster: true },
        { name: 'b', inCluster: true, prune: { share: 1 }, clusterUid: 'u1' },
      ],
    }).homes;
    expect(first.pruneBounds).toEqual({ maxObjects: 5, maxShare: 0.25 });
    expect(second).toMatchObject({
      pruneBounds: { maxObjects: 5, maxShare: 1 },
      clusterUid: 'u1',
    });
  });

  it.each([
    [{ prune: { objects: -1 } }, /gitops\.prune\.objects is -1/],
    [{ prune: { objects: 2.5 } }, /gitops\.prune\.objects is 2\.5/],
    [{ prune: { share: 50 } }, /gitops\.prune\.share is 50; .*from 0 to 1/],
  ])('refuses bounds %j', (bounds, message) => {
    const home = { name: 'a', inCluster: true };
    expect(() => read({ ...bounds, homes: [home] })).toThrow(message);
    expect(() => read({ homes: [{ ...home, ...bounds }] })).toThrow(
      /prune\.(objects|share) is/,
    );
  });

  it('reads durations and concurrency', () => {
    expect(
      read({
        engine: {
          pollInterval: { milliseconds: 200 },
          lease: '1m',
          concurrency: { kustomize: 9 },
        },
      }),
    ).toMatchObject({
      pollMs: 200,
      leaseMs: 60_000,
      concurrency: { source: 4, kustomize: 9, helm: 4, image: 4 },
    });
  });

  it('reads how many workers there are, and what they may use', () => {
    expect(
      read({
        engine: { workers: 0, workerTimeout: '30s', workerMemory: 2048 },
      }).workers,
    ).toEqual({ threads: 0, timeoutMs: 30_000, memoryMb: 2048 });
    expect(read({}, 1).workers?.threads).toBe(1);
  });

  it.each([
    [
      'two homes of one name',
      {
        homes: [
          { name: 'a', inCluster: true },
          { name: 'a', inCluster: true },
        ],
      },
      "two homes of the name 'a'",
    ],
    ['no access', { homes: [{ name: 'a' }] }, 'exactly one of kubeconfig'],
    [
      'two accesses',
      { homes: [{ name: 'a', inCluster: true, url: 'https://x' }] },
      'exactly one of kubeconfig',
    ],
    [
      'a name that is no name',
      { homes: [{ name: 'A_b', inCluster: true }] },
      "the name 'A_b'",
    ],
    [
      'an unknown mode',
      { homes: [{ name: 'a', inCluster: true, mode: 'write' }] },
      "mode of 'a' is 'write'",
    ],
    [
      'no concurrency',
      { engine: { concurrency: { source: 0 } } },
      'gitops.engine.concurrency.source is 0',
    ],
    [
      'fewer workers than none',
      { engine: { workers: -1 } },
      'gitops.engine.workers is -1',
    ],
    [
      'workers that could not even start',
      { engine: { workerMemory: 8 } },
      'gitops.engine.workerMemory is 8; it must be a whole number of at least 64',
    ],
    [
      'a time limit that a timer cannot hold',
      { engine: { workerTimeout: { days: 30 } } },
      'gitops.engine.workerTimeout must be between',
    ],
  ])('refuses %s', (_, gitops, message) => {
    expect(() => read(gitops)).toThrow(message);
  });
});
