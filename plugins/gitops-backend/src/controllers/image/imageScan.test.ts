// Servers: the sandbox's Kubernetes API, registries of the sandbox (open, with
// passwords, with certificates), one that is written here, and a proxy.
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import {
  ImageRepository,
  ImageRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import { startHttpProxy, TestProxy } from '../../net/testing/startProxies';
import { ImageScene } from './__testUtils__/ImageScene';

jest.setTimeout(240_000);

const PASSWORD = 'hunter2-of-the-registry';

describe('a scan', () => {
  const init = migratedDatabases();
  let scene: ImageScene;
  let guarded: SandboxRegistry;
  let secured: SandboxRegistry;
  let proxy: TestProxy;
  const servers: Server[] = [];

  const push = (registry: SandboxRegistry) =>
    registry.push('game', { layers: [] }, 'v1');
  const secret = (name: string, data: Record<string, string>, type?: string) =>
    scene.world.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', ...(type && { type }) },
      metadata: { name, namespace: 'default' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, text]) => [
          key,
          Buffer.from(text).toString('base64'),
        ]),
      ),
    } as KubernetesObject);
  const tagsOf = ({ status }: ImageRepository) =>
    status?.lastScanResult?.latestTags;

  beforeAll(async () => {
    scene = await ImageScene.start(init('SQLITE_3'));
    guarded = await startRegistry({ authentication: 'basic' });
    guarded.addAccount({ username: 'ci', password: PASSWORD });
    secured = await startRegistry({ tls: true, clientCertificates: true });
    proxy = await startHttpProxy();
    await Promise.all([push(guarded), push(secured)]);
    const auths = {
      [guarded.address]: { username: 'ci', password: PASSWORD },
    };
    await secret(
      'login',
      { '.dockerconfigjson': JSON.stringify({ auths }) },
      'kubernetes.io/dockerconfigjson',
    );
    const { certificate, privateKey } = secured.clientCertificate!;
    await secret('ca', { 'ca.crt': secured.caPem! });
    await secret('client', {
      ...{ 'ca.crt': secured.caPem!, 'tls.crt': certificate },
      'tls.key': privateKey,
    });
    await secret('proxy', { address: proxy.address });
    await scene.world.apply({
      ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
      metadata: { name: 'puller', namespace: 'default' },
      imagePullSecrets: [{ name: 'login' }],
    } as KubernetesObject);
  });

  afterAll(async () => {
    await scene?.stop();
    servers.forEach(server => server.close());
    await Promise.all([guarded?.stop(), secured?.stop(), proxy?.stop()]);
  });

  it.each<[string, Partial<ImageRepositorySpec>]>([
    ['its own Secret', { secretRef: { name: 'login' } }],
    ['those of its ServiceAccount', { serviceAccountName: 'puller' }],
  ])('logs in with %s', async (_, spec) => {
    const image = `${guarded.address}/game`;
    const object = await scene.scan('guarded', { image, ...spec });
    expect(tagsOf(object)).toEqual(['v1']);
    expect(guarded.requests.at(-1)).toMatchObject({
      ...{ operation: 'tags', account: 'ci' },
    });
  });

  it('is refused without a login, and tells no password of a wrong one', async () => {
    const image = `${guarded.address}/game`;
    const nobody = await scene.scan('nobody', { image });
    expect(readyOf(nobody)).toMatchObject({
      ...{ status: 'False', reason: 'ReadOperationFailed' },
      message: expect.stringMatching(/^scan failed: .*UNAUTHORIZED: .*401/),
    });
    const wrong = 'wrong-horse-battery';
    await secret('wrong', {
      '.dockerconfigjson': JSON.stringify({
        auths: { [guarded.address]: { username: 'ci', password: wrong } },
      }),
    });
    const spec = { image, secretRef: { name: 'wrong' } };
    const object = await scene.scan('wrong', spec);
    expect(readyOf(object)?.status).toBe('False');
    expect(
      JSON.stringify([object.status, await scene.world.eventsOf(object)]),
    ).not.toContain(wrong);
  });

  it('shows and asks for certificates', async () => {
    const image = `${secured.address}/game`;
    const without = await scene.scan('secured', { image, insecure: false });
    expect(readyOf(without)?.message).toMatch(/certificate/);
    const only = { certSecretRef: { name: 'ca' } };
    const half = await scene.scan('secured', {
      ...{ image, insecure: false, ...only },
    });
    expect(readyOf(half)?.status).toBe('False');
    const both = { certSecretRef: { name: 'client' } };
    const whole = await scene.scan('secured', {
      ...{ image, insecure: false, ...both },
    });
    expect(tagsOf(whole)).toEqual(['v1']);
  });

  it('goes through its proxy', async () => {
    await scene.push('proxied', 'v1');
    const object = await scene.scan('proxied', {
      proxySecretRef: { name: 'proxy' },
    });
    expect(tagsOf(object)).toEqual(['v1']);
    expect(proxy.targets.map(({ target }) => target)).toContain(
      scene.world.sandbox.registry.address,
    );
  });

  it('forgets tags that are not there any more', async () => {
    await scene.push('shrinking', 'v1', 'v2');
    await scene.scan('shrinking');
    const policy = { policy: { alphabetical: {} } };
    await scene.choose('shrinking', policy);
    await scene.untilChosen('shrinking', 'v2');
    scene.world.sandbox.registry.remove('shrinking', 'v2');
    const object = await scene.scan('shrinking');
    expect(object.status?.lastScanResult).toMatchObject({
      ...{ tagCount: 1, latestTags: ['v1'] },
    });
    const { status } = await scene.untilChosen('shrinking', 'v1');
    expect(status?.observedPreviousRef?.tag).toBe('v2');
  });

  it('is not made of what is suspended', async () => {
    await scene.push('suspended', 'v1');
    await scene.scan('suspended');
    const { client, sandbox } = scene.world;
    const ref = {
      ...{ apiVersion: 'image.toolkit.fluxcd.io/v1', kind: 'ImageRepository' },
      ...{ namespace: 'default', name: 'suspended' },
    };
    const requests = () =>
      sandbox.registry.requests.filter(
        ({ repository }) => repository === 'suspended',
      ).length;
    const before = requests();
    await client.patch(ref, {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'x' } },
        spec: { suspend: true },
      },
    });
    // What comes after it in the queue was looked at.
    await scene.push('witness', 'v1');
    await scene.scan('witness');
    const object = await client.get<ImageRepository>(ref);
    expect(object?.status?.lastHandledReconcileAt).not.toBe('x');
    expect(requests()).toBe(before);
    await client.patch(ref, {
      type: 'merge',
      body: { spec: { suspend: false } },
    });
    await scene.world.until<ImageRepository>(
      ref,
      found => found?.status?.lastHandledReconcileAt === 'x',
    );
    expect(requests()).toBeGreaterThan(before);
  });

  it('waits as long as the registry wants it to, within reason', async () => {
    const { faults } = scene.world.sandbox.registry;
    await scene.push('busy', 'v1');
    const isBusy = ({ repository }: { repository?: string }) =>
      repository === 'busy';
    faults.inject({
      ...{ match: isBusy, status: 429, times: 1 },
      headers: { 'retry-after': '1' },
    });
    expect(tagsOf(await scene.scan('busy'))).toEqual(['v1']);
    const remove = faults.inject({
      ...{ match: isBusy, status: 429 },
      headers: { 'retry-after': '3600' },
    });
    const object = await scene.scan('busy');
    expect(readyOf(object)).toMatchObject({
      ...{ status: 'False', reason: 'ReadOperationFailed' },
      message: expect.stringMatching(/^scan failed: .*429.*(3600|1 ?h|60 min)/),
    });
    // What was found before stays.
    expect(tagsOf(object)).toEqual(['v1']);
    remove();
    expect(tagsOf(await scene.scan('busy'))).toEqual(['v1']);
    expect(readyOf(await scene.scan('busy'))?.status).toBe('True');
  });

  it('ends with its timeout', async () => {
    const { faults } = scene.world.sandbox.registry;
    await scene.push('silent', 'v1');
    const remove = faults.inject({
      match: ({ repository }) => repository === 'silent',
      hang: true,
    });
    const object = await scene.scan('silent', { timeout: '1s' });
    expect(readyOf(object)?.message).toBe(
      'scan failed: the registry gave no answer within spec.timeout (1s)',
    );
    remove();
  });

  it('takes no more than a million tags', async () => {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      if (!pathname.endsWith('/tags/list')) {
        response.end('{}');
        return;
      }
      const page = Number(searchParams.get('last') ?? 0);
      const from = page * 100_000;
      const length = page < 10 ? 100_000 : 1;
      const tags = Array.from({ length }, (_, n) => `t${from + n}`);
      if (page < 10) {
        response.setHeader(
          'link',
          `<${pathname}?last=${page + 1}>; rel="next"`,
        );
      }
      response.end(JSON.stringify({ name: 'x', tags }));
    });
    servers.push(server);
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const image = `127.0.0.1:${port}/huge`;
    const object = await scene.scan('huge', { image, timeout: '2m' });
    expect(readyOf(object)?.message).toMatch(
      /^scan failed: the image has more than 1000000 tags; leave some out by spec\.exclusionList/,
    );
    const exclusionList = ['^t1000000$'];
    const less = await scene.scan('huge', {
      ...{ image, timeout: '2m', exclusionList },
    });
    expect(less.status?.lastScanResult?.tagCount).toBe(1_000_000);
  });
});
