// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
// Signatures are made by git with ssh-keygen.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';
import {
  canSign,
  SigningRepository,
} from './git/verify/__testUtils__/SigningRepository';

jest.setTimeout(120_000);

const describeSigning = canSign ? describe : describe.skip;

describeSigning('GitRepository with spec.verify', () => {
  const init = migratedDatabases();
  let directory: string;
  let repository: SigningRepository;
  let world: World;
  let url: string;
  let commit: string;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-verified-'));
    repository = new SigningRepository(directory);
    const key = repository.sshKey('key', '-t', 'ed25519');
    const stranger = repository.sshKey('stranger', '-t', 'ed25519');
    commit = repository.commit('signed', key);
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('gitrepositories.source.toolkit.fluxcd.io');
    url = (await world.sandbox.git.createRepository('team/signed')).url;
    repository.push(
      path.join(world.directory, 'sandbox/git/repositories/team/signed.git'),
    );
    for (const [name, { publicKey }] of Object.entries({ key, stranger })) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        data: { 'a.sshpub': btoa(publicKey) },
      });
    }
  });

  afterAll(async () => {
    await world?.stop();
    repository?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const apply = (verify: GitRepository['spec']['verify']) =>
    world.client.apply(
      gitRepository(url, { ref: { branch: 'signed' }, verify }, 'signed'),
      { fieldManager: 'test', force: true },
    );
  const until = (wanted: (object: GitRepository) => boolean) =>
    world.until<GitRepository>(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'signed',
      },
      found =>
        found?.status?.observedGeneration === found?.metadata.generation &&
        wanted(found!),
      60_000,
    );
  const verifiedOf = ({ status }: GitRepository) =>
    status?.conditions?.find(({ type }) => type === 'SourceVerified');

  it('says what was verified, and forgets it when nothing is wanted', async () => {
    await apply({ mode: 'HEAD', secretRef: { name: 'key' } });
    const ready = await until(found => readyOf(found)?.status === 'True');
    expect(verifiedOf(ready)).toMatchObject({
      ...{ status: 'True', reason: 'Succeeded' },
      message: expect.stringMatching(
        new RegExp(
          `^verified signature of\\n\\t- commit '${commit}' with key 'SHA256:`,
        ),
      ),
    });
    expect(ready.status?.sourceVerificationMode).toBe('HEAD');

    await apply(undefined);
    const plain = await until(found => verifiedOf(found) === undefined);
    expect(plain.status?.sourceVerificationMode).toBeUndefined();
    expect(readyOf(plain)?.status).toBe('True');
    expect(plain.status?.artifact?.digest).toBe(ready.status?.artifact?.digest);
  });

  it('makes nothing of what a stranger signed', async () => {
    const object = gitRepository(
      url,
      {
        ref: { branch: 'signed' },
        verify: { mode: 'HEAD', secretRef: { name: 'stranger' } },
      },
      'strange',
    );
    await world.apply(object);
    const failed = await world.until<GitRepository>(
      { ...object, namespace: 'default', name: 'strange' },
      found => readyOf(found)?.status === 'False',
      60_000,
    );
    expect(readyOf(failed)).toMatchObject({ reason: 'InvalidCommitSignature' });
    expect(failed.status?.artifact).toBeUndefined();
  });
});
