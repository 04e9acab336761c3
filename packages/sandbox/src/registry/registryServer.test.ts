import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { RegistryOptions, SandboxRegistry } from './registryServer';
import { startRegistry } from './registryServer';

jest.setTimeout(60_000);

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (content: string | Uint8Array) =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

// Server: the sandbox's. Client: fetch, by the words of the distribution specification.
describe('startRegistry', () => {
  const running: SandboxRegistry[] = [];
  const start = async (options: RegistryOptions = {}) => {
    const registry = await startRegistry(options);
    running.push(registry);
    return registry;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map(registry => registry.stop()));
  });

  /** Pushes a blob in one piece. */
  const pushBlob = async (
    { url }: SandboxRegistry,
    name: string,
    content: string,
  ) => {
    const digest = digestOf(content);
    const { status } = await fetch(
      `${url}/v2/${name}/blobs/uploads/?digest=${digest}`,
      { method: 'POST', body: content },
    );
    expect(status).toBe(201);
    return digest;
  };
  const errorOf = async (response: Response) =>
    ((await response.json()) as { errors: { code: string }[] }).errors[0].code;

  it('takes blobs in parts, and gives them whole or by range', async () => {
    const { url } = await start();
    const begun = await fetch(`${url}/v2/team/app/blobs/uploads/`, {
      method: 'POST',
    });
    expect(begun.status).toBe(202);
    const first = await fetch(`${url}${begun.headers.get('location')}`, {
      method: 'PATCH',
      headers: { 'content-range': '0-5' },
      body: 'hello ',
    });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-5']);
    const gap = await fetch(`${url}${first.headers.get('location')}`, {
      method: 'PATCH',
      headers: { 'content-range': '9-13' },
      body: 'world',
    });
    expect(gap.status).toBe(416);
    const digest = digestOf('hello world');
    const done = await fetch(
      `${url}${first.headers.get('location')}?digest=${digest}`,
      { method: 'PUT', body: 'world' },
    );
    expect(done.status).toBe(201);
    const blob = await fetch(`${url}${done.headers.get('location')}`);
    expect(blob.headers.get('docker-content-digest')).toBe(digest);
    expect(await blob.text()).toBe('hello world');
    const part = await fetch(`${url}/v2/team/app/blobs/${digest}`, {
      headers: { range: 'bytes=6-' },
    });
    expect([part.status, await part.text()]).toEqual([206, 'world']);
    const head = await fetch(`${url}/v2/team/app/blobs/${digest}`, {
      method: 'HEAD',
    });
    expect(head.headers.get('content-length')).toBe('11');
  });

  it('keeps nothing whose digest is another', async () => {
    const { url } = await start();
    const response = await fetch(
      `${url}/v2/app/blobs/uploads/?digest=${digestOf('other')}`,
      { method: 'POST', body: 'content' },
    );
    expect([response.status, await errorOf(response)]).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
    const blob = await fetch(`${url}/v2/app/blobs/${digestOf('content')}`);
    expect(await errorOf(blob)).toBe('NAME_UNKNOWN');
  });

  it('mounts blobs of another repository', async () => {
    const registry = await start();
    const digest = await pushBlob(registry, 'from', 'shared');
    const mounted = await fetch(
      `${registry.url}/v2/to/blobs/uploads/?mount=${digest}&from=from`,
      { method: 'POST' },
    );
    expect(mounted.status).toBe(201);
    const blob = await fetch(`${registry.url}/v2/to/blobs/${digest}`);
    expect(await blob.text()).toBe('shared');
  });

  it('takes manifests by tag and digest, and forgets them', async () => {
    const registry = await start();
    const manifest = JSON.stringify({ schemaVersion: 2, layers: [] });
    const digest = digestOf(manifest);
    const put = await fetch(`${registry.url}/v2/app/manifests/v1`, {
      method: 'PUT',
      headers: { 'content-type': OCI_MANIFEST },
      body: manifest,
    });
    expect(put.status).toBe(201);
    for (const reference of ['v1', digest]) {
      const got = await fetch(`${registry.url}/v2/app/manifests/${reference}`);
      expect(got.headers.get('content-type')).toBe(OCI_MANIFEST);
      expect(got.headers.get('docker-content-digest')).toBe(digest);
      expect(await got.text()).toBe(manifest);
    }
    await fetch(`${registry.url}/v2/app/manifests/${digest}`, {
      method: 'DELETE',
    });
    const gone = await fetch(`${registry.url}/v2/app/manifests/v1`);
    expect([gone.status, await errorOf(gone)]).toEqual([
      404,
      'MANIFEST_UNKNOWN',
    ]);
    expect(registry.tags('app')).toEqual([]);
  });

  it('lists tags by pages', async () => {
    const registry = await start({ pageSize: 2 });
    const image = { layers: [] };
    for (const tag of ['c', 'a', 'd', 'b', 'e']) {
      await registry.push('app', image, tag);
    }
    const pages: string[][] = [];
    let next: string | undefined = '/v2/app/tags/list?n=1000';
    while (next) {
      const response: Response = await fetch(`${registry.url}${next}`);
      pages.push(((await response.json()) as { tags: string[] }).tags);
      next = /<(.+)>/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('knows what refers to a manifest', async () => {
    const registry = await start();
    const subject = await registry.push('app', { layers: [] }, 'v1');
    const referrer = await registry.push('app', {
      layers: [],
      artifactType: 'application/x.signature',
      annotations: { by: 'me' },
      subject,
    });
    const list = async (query: string) => {
      const response = await fetch(
        `${registry.url}/v2/app/referrers/${subject}${query}`,
      );
      return ((await response.json()) as { manifests: object[] }).manifests;
    };
    expect(await list('')).toMatchObject([
      {
        digest: referrer,
        artifactType: 'application/x.signature',
        annotations: { by: 'me' },
      },
    ]);
    expect(await list('?artifactType=application/x.other')).toEqual([]);
    const older = await start({ referrersApi: false });
    const none = await fetch(`${older.url}/v2/app/referrers/${subject}`);
    expect(none.status).toBe(404);
  });

  it('gives out tokens for what somebody may do', async () => {
    const registry = await start({
      authentication: 'token',
      anonymousPull: true,
    });
    registry.addAccount({
      username: 'ci',
      password: 'secret',
      identityToken: 'long-lived',
      allows: ({ repository, action }) =>
        repository === 'private' && action === 'pull',
    });
    await registry.push('private', { layers: [] }, 'v1');
    const asked = await fetch(`${registry.url}/v2/private/manifests/v1`);
    expect(asked.status).toBe(401);
    expect(asked.headers.get('www-authenticate')).toBe(
      `Bearer realm="${registry.url}/token",service="sandbox-registry",scope="repository:private:pull"`,
    );
    const tokenFor = async (init?: RequestInit, query = '') => {
      const response = await fetch(`${registry.url}/token${query}`, init);
      const body = (await response.json()) as Record<string, string>;
      return body.token ?? body.access_token;
    };
    const scope = 'repository:private:pull,push';
    const pull = async (token: string) => {
      const response = await fetch(`${registry.url}/v2/private/manifests/v1`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return response.status;
    };
    const basic = {
      headers: {
        authorization: `Basic ${Buffer.from('ci:secret').toString('base64')}`,
      },
    };
    expect(await pull(await tokenFor(basic, `?scope=${scope}`))).toBe(200);
    const oauth = {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'long-lived',
        scope,
      }),
    };
    const token = await tokenFor(oauth);
    expect(await pull(token)).toBe(200);
    expect(registry.requests.at(-1)).toMatchObject({
      operation: 'manifest',
      account: 'ci',
      authorization: 'bearer',
    });
    registry.revokeTokens();
    expect(await pull(token)).toBe(401);
    const wrong = await fetch(`${registry.url}/token`, {
      headers: { authorization: 'Basic Y2k6d3Jvbmc=' },
    });
    expect(wrong.status).toBe(401);
  });

  it('wants names and passwords', async () => {
    const registry = await start({ authentication: 'basic' });
    registry.addAccount({
      username: 'ci',
      password: 'a:b',
      allows: ({ action }) => action === 'pull',
    });
    const ask = (init?: RequestInit) =>
      fetch(`${registry.url}/v2/app/blobs/uploads/`, init);
    const nobody = await ask();
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Basic /);
    const denied = await ask({
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('ci:a:b').toString('base64')}`,
      },
    });
    expect([denied.status, await errorOf(denied)]).toEqual([403, 'DENIED']);
  });

  it('meets faults', async () => {
    const registry = await start();
    const content = Buffer.alloc(100_000, 'a');
    await registry.push('app', {
      layers: [{ mediaType: 'text/plain', content }],
    });
    const get = () =>
      fetch(`${registry.url}/v2/app/blobs/${digestOf(content)}`);
    registry.faults.inject({
      match: ({ operation }) => operation === 'blob',
      times: 1,
      status: 429,
      code: 'TOOMANYREQUESTS',
      headers: { 'retry-after': '7' },
    });
    const limited = await get();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([
      429,
      '7',
    ]);
    registry.faults.inject({ times: 1, corrupt: true });
    expect(
      digestOf(new Uint8Array(await (await get()).arrayBuffer())),
    ).not.toBe(digestOf(content));
    registry.faults.inject({ times: 1, truncate: true });
    await expect(get().then(answer => answer.arrayBuffer())).rejects.toThrow();
    registry.faults.inject({ times: 1, disconnect: true });
    await expect(get()).rejects.toThrow();
    expect((await get()).status).toBe(200);
  });

  it('survives a restart', async () => {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'registry-'));
    const before = await startRegistry({ dataDir });
    const digest = await before.push(
      'team/app',
      { layers: [{ mediaType: 'text/plain', content: Buffer.from('kept') }] },
      'v1',
    );
    await before.stop();
    const { url } = await start({ dataDir });
    const manifest = await fetch(`${url}/v2/team/app/manifests/v1`);
    expect(manifest.headers.get('docker-content-digest')).toBe(digest);
    const blob = await fetch(`${url}/v2/team/app/blobs/${digestOf('kept')}`);
    expect(await blob.text()).toBe('kept');
    fs.rmSync(dataDir, { recursive: true });
  });

  it('refuses names that are none', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v2/Team/app/tags/list`);
    expect([response.status, await errorOf(response)]).toEqual([
      400,
      'NAME_INVALID',
    ]);
  });
});
