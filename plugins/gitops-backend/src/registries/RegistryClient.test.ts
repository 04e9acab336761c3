// Servers: the sandbox's registry, Debian's docker-registry (distribution 2.8), and
// some of Node that answer as no registry does.
import {
  all,
  as,
  at,
  BIG,
  image,
  clientTest,
} from './__testUtils__/clientTest';
import { pushImage } from './__testUtils__/pushImage';
import { registryTestServers } from './__testUtils__/registryTestServers';
import { digestOf } from './digest';

jest.setTimeout(120_000);

describe('RegistryClient', () => {
  const { clientFor, sandbox, serve, until } = clientTest();

  describe.each(registryTestServers)('with %s', (_, start) => {
    it('lists, resolves and reads', async () => {
      const server = await start();
      until(() => server.stop());
      const digest = await pushImage(server, 'team/app', image(), 'v1');
      await pushImage(server, 'team/app', image('other'), 'v2');
      const client = clientFor();
      const repository = at(server);
      expect((await all(client.tags(repository))).sort()).toEqual(['v1', 'v2']);
      expect(await client.resolve(repository, 'v1')).toBe(digest);
      const { manifest } = await client.image(repository, digest);
      expect(manifest.annotations).toEqual({ a: 'b' });
      const content = await client.smallBlob(repository, manifest.layers[0], {
        maxBytes: BIG,
      });
      expect(content.toString()).toBe('content');
      expect(
        JSON.parse(
          String(
            await client.smallBlob(repository, manifest.config!, {
              maxBytes: BIG,
            }),
          ),
        ),
      ).toEqual({});
      expect(await client.referrers(repository, digest)).toEqual([]);
      await expect(client.manifest(repository, 'none')).rejects.toMatchObject({
        code: 'REGISTRY_NOT_FOUND',
        message: expect.stringContaining('MANIFEST_UNKNOWN'),
      });
    });

    it('logs in by name and password', async () => {
      const server = await start({ basicAuth: true });
      until(() => server.stop());
      const authorization = `Basic ${Buffer.from('ci:secret').toString('base64')}`;
      await pushImage({ ...server, authorization }, 'team/app', image(), 'v1');
      const repository = at(server);
      await clientFor({ keychain: as('ci') }).resolve(repository, 'v1');
      for (const keychain of [as('ci', 'wrong'), undefined]) {
        await expect(
          clientFor({ keychain }).resolve(repository, 'v1'),
        ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', status: 401 });
      }
    });
  });

  describe('content', () => {
    const pushed = async () => {
      const registry = await sandbox();
      const content = 'x'.repeat(200_000);
      const digest = await registry.push('team/app', image(content), 'v1');
      return {
        registry,
        digest,
        layer: { digest: digestOf(Buffer.from(content)), size: content.length },
      };
    };

    it.each(['manifest', 'blob'] as const)(
      'that is another than its digest says is refused (%s)',
      async operation => {
        const { registry, digest, layer } = await pushed();
        registry.faults.inject({
          match: request => request.operation === operation,
          corrupt: true,
        });
        const client = clientFor();
        const reading =
          operation === 'manifest'
            ? client.manifest(at(registry), digest)
            : client.smallBlob(at(registry), layer, { maxBytes: BIG });
        await expect(reading).rejects.toMatchObject({
          code: 'REGISTRY_DIGEST_MISMATCH',
        });
      },
    );

    it('that breaks off is refused', async () => {
      const { registry, layer } = await pushed();
      registry.faults.inject({ truncate: true });
      await expect(
        clientFor().smallBlob(at(registry), layer, { maxBytes: BIG }),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_BROKEN' });
    });

    it('that is shorter or longer than was said is refused', async () => {
      const { registry, layer } = await pushed();
      for (const size of [layer.size - 1, layer.size + 1]) {
        await expect(
          clientFor().smallBlob(
            at(registry),
            { ...layer, size },
            { maxBytes: BIG },
          ),
        ).rejects.toThrow(/DIGEST_MISMATCH|sends more than|is not what/);
      }
    });

    it('that is too large is not even asked for', async () => {
      const { registry, layer } = await pushed();
      await expect(
        clientFor().blob(at(registry), layer, { maxBytes: 1_000 }),
      ).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' });
      expect(registry.requests).toEqual([]);
    });

    it('of manifests is bounded', async () => {
      const server = await serve((_, response) => {
        response.end(Buffer.alloc(5 * 1024 * 1024, ' '));
      });
      await expect(
        clientFor().manifest(at(server), 'v1'),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_TOO_LARGE' });
    });

    it('elsewhere is fetched without the credential', async () => {
      const content = Buffer.from('elsewhere');
      let seen: string | undefined = 'nothing';
      const storage = await serve((request, response) => {
        seen = request.headers.authorization;
        response.end(content);
      });
      const server = await serve((request, response) => {
        response.writeHead(request.headers.authorization ? 307 : 401, {
          'www-authenticate': 'Basic',
          location: `${storage.url}/x`,
        });
        response.end();
      });
      const read = await clientFor({ keychain: as('ci') }).smallBlob(
        at(server),
        { digest: digestOf(content), size: content.length },
        { maxBytes: BIG },
      );
      expect(read).toEqual(content);
      expect(seen).toBeUndefined();
    });

    it('elsewhere that wants a credential gets none', async () => {
      let asked = 0;
      const storage = await serve((_, response) => {
        asked += 1;
        response.writeHead(401, { 'www-authenticate': 'Basic' });
        response.end();
      });
      const server = await serve((_, response) => {
        response.writeHead(307, { location: `${storage.url}/x` });
        response.end();
      });
      await expect(
        clientFor({ keychain: as('ci') }).manifest(at(server), 'v1'),
      ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
      expect(asked).toBe(1);
    });
  });

  describe('manifests', () => {
    it.each([
      ['x', 'the manifest is no JSON'],
      ['[]', 'the manifest is no JSON'],
      ['{}', "the manifest is of media type '', which is not understood"],
      [
        '{"mediaType":"application/vnd.docker.distribution.manifest.v1+json"}',
        'which is not understood',
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":{}}',
        "'layers' of the manifest is no list",
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[null]}',
        "'layers[0]' of the manifest is no descriptor",
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[{"mediaType":"a","digest":"sha256:../x","size":1}]}',
        "'layers[0]' of the manifest is no descriptor",
      ],
      [
        `{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[{"mediaType":"a","digest":"sha256:${'a'.repeat(64)}","size":-1}]}`,
        "'layers[0]' of the manifest is no descriptor",
      ],
    ])('of the kind %s', async (body, problem) => {
      const server = await serve((_, response) => response.end(body));
      await expect(clientFor().manifest(at(server), 'v1')).rejects.toThrow(
        problem,
      );
    });

    it('are resolved where HEAD is not known, or says no digest', async () => {
      const registry = await sandbox();
      const digest = await registry.push('team/app', image(), 'v1');
      registry.faults.inject({
        match: ({ method }) => method === 'HEAD',
        ...{ status: 405, times: 1 },
      });
      expect(await clientFor().resolve(at(registry), 'v1')).toBe(digest);
      const body = registry.manifest('team/app', 'v1');
      const silent = await serve((_, response) => response.end(body));
      expect(await clientFor().resolve(at(silent), 'v1')).toBe(digest);
    });

    it('of an index are those of the platform', async () => {
      const registry = await sandbox();
      const entries = [];
      for (const architecture of ['arm64', 'amd64']) {
        const digest = await registry.push('team/app', image(architecture));
        entries.push({
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          ...{ digest, size: 1 },
          platform: { os: 'linux', architecture },
        });
      }
      await registry.pushManifest(
        'team/app',
        {
          mediaType:
            'application/vnd.docker.distribution.manifest.list.v2+json',
          manifests: entries,
        },
        { tag: 'v1' },
      );
      const client = clientFor();
      expect((await client.image(at(registry), 'v1')).digest).toBe(
        entries[1].digest,
      );
      expect(
        (
          await client.image(at(registry), 'v1', {
            os: 'linux',
            architecture: 'arm64',
          })
        ).digest,
      ).toBe(entries[0].digest);
    });
  });
});
