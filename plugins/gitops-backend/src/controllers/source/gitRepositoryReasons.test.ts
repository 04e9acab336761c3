// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

type Spec = Partial<GitRepository['spec']>;

interface Row {
  spec: Spec;
  /** Default: that of a repository with two commits on main. */
  url?: string;
  condition?: string;
  reason: string;
  message: RegExp;
  isStalled?: boolean;
}

describe('reasons of GitRepository (Flux 2.9)', () => {
  const init = migratedDatabases();
  let world: World;
  let url: string;
  let emptyUrl: string;
  let securedUrl: string;

  beforeAll(async () => {
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('gitrepositories.source.toolkit.fluxcd.io');
    const { git } = world.sandbox;
    url = (await git.createRepository('team/app', { 'app/a.yaml': 'a' })).url;
    emptyUrl = (await git.createRepository('team/empty')).url;
    securedUrl = (
      await git.createRepository(
        'team/secured',
        { 'a.yaml': 'a' },
        { access: { bearer: 'token' } },
      )
    ).url;
    const secrets: Record<string, Record<string, string>> = {
      wrong: { bearerToken: 'canary' },
      half: { username: 'canary' },
      app: { githubAppID: '1' },
      keys: { 'a.asc': 'none' },
    };
    for (const [name, data] of Object.entries(secrets)) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        data: Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, btoa(value)]),
        ),
      });
    }
    await world.apply(gitRepository(emptyUrl, {}, 'without-artifact'));
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
      60_000,
    );
  const conditionOf = (object: GitRepository, type: string) =>
    object.status?.conditions?.find(condition => condition.type === type);

  it.each<[string, () => Row]>([
    [
      'url-invalid',
      () => ({
        spec: {},
        url: 'ssh://git:canary@127.0.0.1/a.git',
        reason: 'URLInvalid',
        message: /^spec.url cannot be used: /,
        isStalled: true,
      }),
    ],
    [
      'authentication-failed',
      () => ({
        spec: { secretRef: { name: 'wrong' } },
        url: securedUrl,
        reason: 'AuthenticationFailed',
        message: /refused access \(HTTP 401\)/,
      }),
    ],
    [
      'authentication-half',
      () => ({
        spec: { secretRef: { name: 'half' } },
        reason: 'AuthenticationFailed',
        message: /only one of the keys 'username' and 'password'/,
      }),
    ],
    [
      'authentication-no-secret',
      () => ({
        spec: { secretRef: { name: 'none' } },
        reason: 'AuthenticationFailed',
        message: /^Secret default\/none not found/,
      }),
    ],
    [
      'proxy-no-secret',
      () => ({
        spec: { proxySecretRef: { name: 'none' } },
        reason: 'AuthenticationFailed',
        message: /correct spec.proxySecretRef/,
      }),
    ],
    [
      'provider-github-no-secret',
      () => ({
        spec: { provider: 'github' },
        reason: 'InvalidProviderConfiguration',
        message:
          /^secretRef with github app data must be specified when provider is set to github$/,
        isStalled: true,
      }),
    ],
    [
      'provider-github-no-app',
      () => ({
        spec: { provider: 'github', secretRef: { name: 'wrong' } },
        reason: 'InvalidProviderConfiguration',
        message: /^secretRef with github app data must be specified/,
      }),
    ],
    [
      'provider-generic-app',
      () => ({
        spec: { secretRef: { name: 'app' } },
        reason: 'InvalidProviderConfiguration',
        message: /has github app data but provider is not set to github/,
      }),
    ],
    [
      'provider-azure',
      () => ({
        spec: { provider: 'azure' },
        reason: 'InvalidProviderConfiguration',
        message: /add the module gitops-backend-module-azure/,
        isStalled: true,
      }),
    ],
    [
      'include-not-found',
      () => ({
        spec: { include: [{ repository: { name: 'none' } }] },
        condition: 'IncludeUnavailable',
        reason: 'NotFound',
        message: /^could not get resource for include 'none'/,
      }),
    ],
    [
      'include-no-artifact',
      () => ({
        spec: { include: [{ repository: { name: 'without-artifact' } }] },
        condition: 'IncludeUnavailable',
        reason: 'NoArtifact',
        message: /^no artifact available for include 'without-artifact'$/,
      }),
    ],
    [
      'empty',
      () => ({
        spec: {},
        url: emptyUrl,
        reason: 'EmptyGitRepository',
        message: /^git repository is empty$/,
      }),
    ],
    ...(
      [
        ['branch', { branch: 'none' }, /"refs\/heads\/none"/],
        ['tag', { tag: 'none' }, /"refs\/tags\/none"/],
        ['name', { name: 'refs/pull/1/head' }, /"refs\/pull\/1\/head"/],
        ['semver', { semver: '>=9' }, /no match found for semver: >=9/],
        ['semver-bad', { semver: 'a b c' }, /is no range of versions/],
        ['commit', { commit: 'a'.repeat(40) }, /does not give what was asked/],
        ['commit-short', { commit: 'abc' }, /is no full name of a commit/],
      ] as const
    ).map(([name, ref, message]): [string, () => Row] => [
      `no-${name}`,
      () => ({ spec: { ref }, reason: 'GitOperationFailed', message }),
    ]),
    [
      'not-found',
      () => ({
        spec: {},
        url: url.replace('team/app', 'team/none'),
        reason: 'GitOperationFailed',
        message:
          /^failed to checkout and determine revision: there is no repository/,
      }),
    ],
    [
      'unreachable',
      () => ({
        spec: {},
        url: 'http://127.0.0.1:1/a.git',
        reason: 'GitOperationFailed',
        message: /ECONNREFUSED/,
      }),
    ],
    [
      'metadata-address',
      () => ({
        spec: {},
        url: 'http://169.254.169.254/a.git',
        reason: 'GitOperationFailed',
        message: /has no address that the portal may connect to/,
      }),
    ],
    [
      'sparse-missing',
      () => ({
        spec: { sparseCheckout: ['app', './none'] },
        reason: 'GitOperationFailed',
        message:
          /^failed to sparse checkout directories : sparse checkout dir '\.\/none' does not exist in repository$/,
      }),
    ],
    [
      'verification-error',
      () => ({
        spec: { verify: { secretRef: { name: 'none' } } },
        condition: 'SourceVerified',
        reason: 'VerificationError',
        message: /^public keys secret error: /,
      }),
    ],
    [
      'invalid-commit-signature',
      () => ({
        spec: { verify: { mode: 'HEAD', secretRef: { name: 'keys' } } },
        condition: 'SourceVerified',
        reason: 'InvalidCommitSignature',
        message: /unsupported signature type: empty$/,
      }),
    ],
    [
      'invalid-verification-mode',
      () => ({
        spec: { verify: { mode: 'Tag', secretRef: { name: 'keys' } } },
        condition: 'SourceVerified',
        reason: 'InvalidVerificationMode',
        message: /^cannot verify tag object's signature/,
        isStalled: true,
      }),
    ],
  ])('%s', async (name, row) => {
    const { spec, url: address = url, message, ...expected } = row();
    await world.apply(gitRepository(address, spec, name));
    const failed = await until(
      name,
      found => readyOf(found)?.status === 'False',
    );
    const type = expected.condition ?? 'FetchFailed';
    const text = expect.stringMatching(message);
    expect(conditionOf(failed, type)).toMatchObject({
      status: type === 'SourceVerified' ? 'False' : 'True',
      ...{ reason: expected.reason, message: text },
    });
    expect(readyOf(failed)).toMatchObject({
      ...{ reason: expected.reason, message: text },
    });
    expect(conditionOf(failed, 'Stalled')?.status).toBe(
      expected.isStalled ? 'True' : undefined,
    );
    expect(JSON.stringify(failed.status)).not.toContain('canary');
    expect(failed.status?.artifact).toBeUndefined();
  });

  it('a stored artifact, one that is unchanged, and what was observed', async () => {
    const spec: Spec = {
      sparseCheckout: ['app'],
      ignore: '*.txt',
      recurseSubmodules: true,
    };
    const { url: address } = await world.sandbox.git.createRepository(
      'team/good',
      { 'app/a.yaml': 'a' },
    );
    await world.apply(gitRepository(address, spec, 'good'));
    const ready = await until(
      'good',
      found => readyOf(found)?.status === 'True',
    );
    const { revision } = ready.status!.artifact!;
    const stored = {
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact for revision '${revision}'`,
    };
    expect(readyOf(ready)).toMatchObject(stored);
    expect(conditionOf(ready, 'ArtifactInStorage')).toMatchObject(stored);
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      observedSparseCheckout: ['app'],
      observedIgnore: '*.txt',
      observedRecurseSubmodules: true,
    });
    const fetched = () =>
      world.sandbox.git.requests.filter(
        ({ method, path }) => method === 'POST' && path.includes('team/good'),
      ).length;
    const before = fetched();
    await world.apply({
      ...gitRepository(address, spec, 'good'),
      metadata: {
        ...{ name: 'good', namespace: 'default' },
        annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
      },
    });
    const again = await until(
      'good',
      found => found?.status?.lastHandledReconcileAt === 'now',
    );
    expect(readyOf(again)).toMatchObject(stored);
    expect(again.status?.artifact).toMatchObject({
      digest: ready.status?.artifact?.digest,
      lastUpdateTime: ready.status?.artifact?.lastUpdateTime,
    });
    // References were listed, and nothing else was asked.
    expect(fetched() - before).toBe(1);
  });
});
