// Servers: an HTTP server that answers as GitHub's API does, proxies, and the
// sandbox's Git server (git http-backend), over http and https.
import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import {
  startHttpProxy,
  startSocksProxy,
  TestProxy,
} from '../../../../net/testing/startProxies';
import { TestFetches } from '../__testUtils__/fetchContext';

jest.setTimeout(60_000);

const TOKEN = 'ghs_canary';
const NOW = Date.UTC(2026, 0, 1);

describe('GitAccess', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
  });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
  let directory: string;
  let git: SandboxGit;
  let secure: SandboxGit;
  let api: Server;
  let apiUrl: string;
  let fetches: TestFetches;
  let url: string;
  let expires: number;
  const asked: string[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-access-'));
    git = await startGitServer({ dataDir: path.join(directory, 'git') });
    secure = await startGitServer({
      ...{ dataDir: path.join(directory, 'tls'), tls: true },
    });
    const basic = { username: 'x-access-token', password: TOKEN };
    url = (
      await git.createRepository(
        'team/app',
        { 'a.yaml': 'a' },
        { access: { basic } },
      )
    ).url;
    api = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const [, jwt = ''] = (request.headers.authorization ?? '').split(' ');
      const [head, claims, signature] = jwt.split('.');
      const isOurs = verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        publicKey,
        Buffer.from(signature ?? '', 'base64url'),
      );
      const { iss, iat, exp } = JSON.parse(
        Buffer.from(claims, 'base64url').toString(),
      );
      const answers: Record<string, [number, object]> = {
        'GET /api/v3/orgs/ada/installation': [404, {}],
        'GET /api/v3/users/ada/installation': [200, { id: 77 }],
        'POST /api/v3/app/installations/77/access_tokens': [
          201,
          { token: TOKEN, expires_at: new Date(expires).toISOString() },
        ],
      };
      const [status, body] =
        isOurs && iss === '12' && exp - iat === 120 && iat * 1_000 < NOW
          ? (answers[`${request.method} ${request.url}`] ?? [404, {}])
          : [401, { message: 'canary' }];
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>(resolve => api.listen(0, '127.0.0.1', resolve));
    apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    fetches = await TestFetches.create();
    const app = {
      githubAppID: '12',
      githubAppPrivateKey: pem,
      githubAppBaseURL: apiUrl,
    };
    const withId = { ...app, githubAppInstallationID: '77' };
    fetches.addSecret('app', withId);
    fetches.addSecret('owner', { ...app, githubAppInstallationOwner: 'ada' });
    fetches.addSecret('stranger', { ...app, githubAppInstallationOwner: 'x' });
    fetches.addSecret('both', {
      ...{ ...withId, githubAppInstallationOwner: 'ada' },
    });
    fetches.addSecret('noKey', { ...withId, githubAppPrivateKey: 'canary' });
    fetches.addSecret('noNumber', { ...withId, githubAppID: 'canary' });
    fetches.addSecret('wrongApp', { ...withId, githubAppID: '13' });
    fetches.addSecret('basic', basic);
    fetches.addSecret('ca', { 'ca.crt': secure.caPem! });
    fetches.addSecret('badProxy', { address: 'ftp://canary' });
  });

  beforeEach(() => {
    asked.length = 0;
    expires = NOW + 60 * 60_000;
  });

  afterAll(async () => {
    await fetches.stop();
    await new Promise(resolve => {
      api.close(resolve);
      api.closeAllConnections();
    });
    await Promise.all([git.stop(), secure.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const fetch = (secret: string, now = NOW, spec: object = {}) =>
    fetches.fetch(
      { url, provider: 'github', secretRef: { name: secret }, ...spec },
      { now: () => now },
    );

  it('asks GitHub for a token, and again only when it is about to end', async () => {
    expect((await fetch('app')).files).toEqual({ 'a.yaml': 'a' });
    expect((await fetch('app', NOW + 50 * 60_000)).files).toEqual({
      'a.yaml': 'a',
    });
    expect(asked).toHaveLength(1);
    expires += 60 * 60_000;
    await fetch('app', NOW + 56 * 60_000).catch(() => {});
    expect(asked).toHaveLength(2);
  });

  it('finds the installation of an owner, organisation or user', async () => {
    expect((await fetch('owner')).files).toEqual({ 'a.yaml': 'a' });
    expect(asked).toEqual([
      'GET /api/v3/orgs/ada/installation',
      'GET /api/v3/users/ada/installation',
      'POST /api/v3/app/installations/77/access_tokens',
    ]);
  });

  it.each([
    ['stranger', 'AuthenticationFailed', /names no installation .*HTTP 404/],
    ['both', 'AuthenticationFailed', /exactly one of the keys/],
    ['noKey', 'AuthenticationFailed', /no RSA private key/],
    ['noNumber', 'AuthenticationFailed', /'githubAppID' .* is no number/],
    ['wrongApp', 'AuthenticationFailed', /gave no token .*HTTP 401/],
    ['basic', 'InvalidProviderConfiguration', /with github app data must be/],
  ])('says what is wrong with %s', async (secret, reason, message) => {
    const failure = await fetch(secret).catch(error => error);
    expect(failure).toMatchObject({
      ...{ reason, retry: 'backoff' },
      message: expect.stringMatching(message),
    });
    expect(failure.message).not.toContain('canary');
  });

  it('stalls without a Secret, and says when the provider is missing', async () => {
    await expect(
      fetch('', NOW, { secretRef: undefined }),
    ).rejects.toMatchObject({
      ...{ reason: 'InvalidProviderConfiguration', retry: 'stall' },
    });
    await expect(
      fetch('app', NOW, { provider: undefined }),
    ).rejects.toMatchObject({
      reason: 'InvalidProviderConfiguration',
      message: `secretRef 'team/app' has github app data but provider is not set to github`,
    });
  });

  it('trusts the CA of the Secret', async () => {
    const { url: address } = await secure.createRepository('team/app', {
      'a.yaml': 'a',
    });
    const spec = { url: address };
    await expect(fetches.fetch(spec)).rejects.toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringContaining('the TLS connection to 127.0.0.1'),
    });
    const trusting = { ...spec, secretRef: { name: 'ca' } };
    expect((await fetches.fetch(trusting)).files).toEqual({ 'a.yaml': 'a' });
  });

  it.each<[string, () => Promise<TestProxy>]>([
    ['HTTP', startHttpProxy],
    ['SOCKS5', startSocksProxy],
  ])('goes through a %s proxy', async (_, start) => {
    const proxy = await start();
    try {
      fetches.addSecret('proxy', {
        ...{ address: proxy.address, username: 'me', password: 'pw' },
      });
      const { url: address } = await secure.createRepository(
        `team/by-${_.toLowerCase()}`,
        { 'a.yaml': 'a' },
      );
      const { files } = await fetches.fetch({
        url: address,
        secretRef: { name: 'ca' },
        proxySecretRef: { name: 'proxy' },
      });
      expect(files).toEqual({ 'a.yaml': 'a' });
      expect(proxy.targets[0].target).toBe(`127.0.0.1:${secure.port}`);
      expect(proxy.targets[0].credential).toBeDefined();
    } finally {
      await proxy.stop();
    }
  });

  it('says what is wrong with a proxy, without quoting it', async () => {
    const through = (name: string) =>
      fetches
        .fetch({ url, proxySecretRef: { name } })
        .catch((error: Error) => error);
    expect(await through('none')).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('correct spec.proxySecretRef'),
    });
    const failure = (await through('badProxy')) as Error;
    expect(failure).toMatchObject({ reason: 'AuthenticationFailed' });
    expect(failure.message).toMatch(/is no address of a proxy/);
    expect(failure.message).not.toContain('canary');
  });
});
