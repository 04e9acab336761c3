import { ConfigReader } from '@backstage/config';
import { readGitopsConfig } from './readGitopsConfig';

const read = (gitops: object) =>
  readGitopsConfig(new ConfigReader({ gitops } as never));

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
          defaultServiceAccount: undefined,
          allowPortalCredential: false,
        },
      ],
      artifacts: { directory: '.data/artifacts', maxSize: 536870912 },
      concurrency: { source: 4, kustomize: 4 },
      pollMs: 1_000,
      leaseMs: 30_000,
      historyMs: 2_592_000_000,
      noCrossNamespaceRefs: false,
    });
    expect(readGitopsConfig(new ConfigReader({})).homes).toEqual([]);
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
      concurrency: { source: 4, kustomize: 9 },
    });
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
  ])('refuses %s', (_, gitops, message) => {
    expect(() => read(gitops)).toThrow(message);
  });
});
