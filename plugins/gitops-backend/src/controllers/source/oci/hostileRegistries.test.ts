// Servers: the sandbox's registry, some of Node that answer as no registry does, and
// the sandbox's Kubernetes API.
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { OCIRepository } from '@backstage-gitops/plugin-gitops-common';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { pack } from 'tar-stream';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { SIGNED } from './__testUtils__/fillRegistry';
import { FLUX_LAYER, OciWorld, packFiles } from './__testUtils__/ociWorld';

jest.setTimeout(180_000);

/** An entry of an archive as it is written. */
type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & {
  content?: string;
};

describe('OCIRepositories of registries that mean no good', () => {
  const init = migratedDatabases();
  let world: World;
  let oci: OciWorld;
  let registry: SandboxRegistry;

  beforeAll(async () => {
    world = await World.start();
    oci = new OciWorld(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('ocirepositories.source.toolkit.fluxcd.io');
    registry = await startRegistry();
  });

  afterAll(async () => {
    await world?.stop();
    await registry?.stop();
  });

  const url = () => `oci://${registry.address}`;

  describe('with layers that mean no good', () => {
    const fetchLayer = async (name: string, content: Buffer) => {
      await registry.push(
        name,
        { layers: [{ mediaType: FLUX_LAYER, content }] },
        'latest',
      );
      return oci.reconcile(name, { url: `${url()}/${name}` });
    };
    const tarOf = async (...entries: Entry[]) => {
      const tar = pack();
      for (const { content = '', ...header } of entries) {
        tar.entry(header, content);
      }
      tar.finalize();
      return gzipSync(await buffer(tar as unknown as Readable));
    };

    it.each<[string, () => Promise<Buffer>, string]>([
      ['parent', () => tarOf({ name: '../../a' }), 'leaves its folder'],
      ['absolute', () => tarOf({ name: '/etc/a' }), 'leaves its folder'],
      ['drive', () => tarOf({ name: 'C:\\a' }), 'leaves its folder'],
      ['backslash', () => tarOf({ name: 'a\\..\\..\\b' }), 'leaves its folder'],
      [
        'both',
        () => packFiles({ 'a/b': 'b', a: 'a' }),
        "'a' is a file and a folder",
      ],
      [
        'truncated',
        async () => (await packFiles({ a: 'a'.repeat(999) })).subarray(0, 60),
        'unexpected end of file',
      ],
      [
        'bomb',
        async () => gzipSync(Buffer.alloc(64 * 1024 ** 2)),
        'failed to extract layer contents',
      ],
      [
        'large',
        async () => packFiles({ a: '0'.repeat(10 * 1024 ** 2 + 1) }),
        "'a' is larger than 10485760 bytes",
      ],
      [
        'many',
        async () =>
          packFiles(
            Object.fromEntries(
              Array.from({ length: 10_001 }, (_, index) => [`f${index}`, '']),
            ),
          ),
        'more than 10000 entries',
      ],
    ])('refuses them whole (%s)', async (name, content, problem) => {
      const object = await fetchLayer(`hostile-${name}`, await content());
      expect(readyOf(object)).toMatchObject({
        reason: 'OCIArtifactLayerOperationFailed',
        message: expect.stringContaining(problem),
      });
      expect(object.status?.artifact).toBeUndefined();
    });

    it('passes links and devices over', async () => {
      const object = await fetchLayer(
        'links',
        await tarOf(
          { name: 'root', type: 'symlink', linkname: '/' },
          { name: 'a', type: 'symlink', linkname: 'root' },
          { name: 'hard', type: 'link', linkname: '/etc/passwd' },
          { name: 'device', type: 'character-device' },
          { name: 'a/etc/x', content: 'x' },
          { name: 'same', content: 'first' },
          { name: 'same', content: 'second' },
        ),
      );
      expect(await oci.filesOf(object.status?.artifact)).toEqual({
        'a/etc/x': 'x',
        same: 'second',
      });
    });
  });

  it('does not wait without end', async () => {
    await registry.push('slow', SIGNED, 'latest');
    const stop = registry.faults.inject({
      match: ({ repository }) => repository === 'slow',
      hang: true,
    });
    const object = await oci.reconcile('slow', {
      url: `${url()}/slow`,
      timeout: '300ms',
    });
    stop();
    expect(readyOf(object)).toMatchObject({
      reason: 'OCIArtifactPullFailed',
      message:
        'failed to determine artifact digest: no answer within spec.timeout (300ms)',
    });
  });

  describe('by servers that are no registry', () => {
    let server: Server;
    let answer: { status: number; body: string; headers?: object };

    beforeAll(async () => {
      server = createServer((_, response) => {
        response.writeHead(answer.status, { ...answer.headers });
        response.end(answer.body);
      });
      await new Promise<void>(resolve => {
        server.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    const reconcile = (name: string): Promise<OCIRepository> => {
      const { port } = server.address() as AddressInfo;
      return oci.reconcile(name, { url: `oci://127.0.0.1:${port}/app` });
    };

    it('says that a page is no manifest', async () => {
      answer = { status: 200, body: '<html>' };
      expect(readyOf(await reconcile('page'))).toMatchObject({
        reason: 'OCIArtifactPullFailed',
        message: 'failed to determine artifact digest: the manifest is no JSON',
      });
    });

    it('does not send credentials to a token service elsewhere', async () => {
      let asked = false;
      const elsewhere = createServer((_, response) => {
        asked = true;
        response.end('{"token":"x"}');
      });
      await new Promise<void>(resolve => {
        elsewhere.listen(0, '127.0.0.1', resolve);
      });
      const { port } = elsewhere.address() as AddressInfo;
      answer = {
        status: 401,
        body: '',
        headers: {
          'www-authenticate': `Bearer realm="http://localhost:${port}/token"`,
        },
      };
      const { port: own } = server.address() as AddressInfo;
      await oci.pullSecret('for-this-one', {
        [`127.0.0.1:${own}`]: { username: 'u', password: 'hunter2' },
      });
      const object = await oci.reconcile('realm', {
        url: `oci://127.0.0.1:${own}/app`,
        secretRef: { name: 'for-this-one' },
      });
      expect(readyOf(object)?.message).toMatch(
        /sends to localhost:[0-9]+ for a token, which does not belong to it; the credentials were not sent there$/,
      );
      expect(asked).toBe(false);
      expect(JSON.stringify(object)).not.toContain('hunter2');
      elsewhere.close();
    });
  });
});
