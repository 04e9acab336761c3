// Servers: OpenSSH's sshd on loopback, a real git, the sandbox's Kubernetes API.
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startGitServer } from '@backstage-gitops/sandbox';
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';
import {
  hasSshd,
  makeKey,
  Sshd,
  startSshd,
} from './git/ssh/__testUtils__/startSshd';

jest.setTimeout(120_000);

const describeSsh = hasSshd ? describe : describe.skip;

describeSsh('GitRepository over a real sshd', () => {
  const init = migratedDatabases();
  let directory: string;
  let world: World;
  let sshd: Sshd;
  let url: string;
  let commit: string;
  let identity: string;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-over-ssh-'));
    const git = await startGitServer({ dataDir: directory });
    const created = await git.createRepository('team/app', { 'a.yaml': 'a' });
    commit = created.commit!;
    await git.stop();
    const hostKey = makeKey(directory, 'host', '-t', 'ed25519');
    const key = makeKey(directory, 'key', '-t', 'ed25519');
    const line = (file: string) => readFileSync(`${file}.pub`, 'utf8').trim();
    identity = readFileSync(key, 'utf8');
    sshd = await startSshd({
      directory,
      hostKey,
      hostKeyLine: line(hostKey),
      authorized: [line(key)],
    });
    url = `ssh://${sshd.user}@127.0.0.1:${sshd.port}${directory}/repositories/team/app.git`;
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.until<KubernetesObject>(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'gitrepositories.source.toolkit.fluxcd.io',
      },
      crd => crd !== undefined,
    );
  });

  afterAll(async () => {
    await world?.stop();
    await sshd?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const reconciled = async (
    name: string,
    secret: Record<string, string> | undefined,
    status: 'True' | 'False',
  ) => {
    if (secret) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        data: Object.fromEntries(
          Object.entries(secret).map(([key, value]) => [
            key,
            Buffer.from(value).toString('base64'),
          ]),
        ),
      });
    }
    const object = gitRepository(
      url,
      secret ? { secretRef: { name } } : {},
      name,
    );
    await world.apply(object);
    const found = await world.until<GitRepository>(
      { ...object, namespace: 'default', name },
      seen => readyOf(seen)?.status === status,
      60_000,
    );
    return { ready: readyOf(found), artifact: found.status?.artifact };
  };

  it('makes an artifact', async () => {
    const { artifact } = await reconciled(
      'good',
      { identity, known_hosts: sshd.knownHosts },
      'True',
    );
    expect(artifact?.revision).toBe(`main@sha1:${commit}`);
  });

  it('names what is missing from the Secret', async () => {
    const { ready } = await reconciled('unsure', { identity }, 'False');
    expect(ready).toMatchObject({
      reason: 'AuthenticationFailed',
      message:
        "failed to configure authentication options: Secret default/unsure has no key 'known_hosts', which ssh needs",
    });
    expect((await reconciled('none', undefined, 'False')).ready).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('needs a Secret'),
    });
  });

  it('does not speak with a server that is not known', async () => {
    const { ready, artifact } = await reconciled(
      'unknown',
      {
        identity,
        known_hosts: sshd.knownHosts.replace('127.0.0.1', '127.0.0.2'),
      },
      'False',
    );
    expect(ready).toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringMatching(
        /^failed to checkout and determine revision: the key that .* does not name/,
      ),
    });
    expect(artifact).toBeUndefined();
  });
});
