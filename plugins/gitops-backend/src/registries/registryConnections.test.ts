// Servers: the sandbox's registry, and some of Node that answer as no registry does.
import { at, image, clientTest } from './__testUtils__/clientTest';

jest.setTimeout(120_000);

describe('RegistryClient', () => {
  const { clientFor, sandbox, serve, waits } = clientTest();

  describe('what passes', () => {
    it.each([429, 500, 502, 503, 504])('is tried again (%i)', async status => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      registry.faults.inject({ status, times: 3 });
      await clientFor().manifest(at(registry), 'v1');
      // The ping that finds out about https is answered by a fault, too.
      expect(waits).toEqual([250, 500]);
    });

    it('is tried again as late as the registry wants', async () => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      const onlyManifests = {
        match: ({ operation }: { operation: string }) =>
          operation === 'manifest',
      };
      registry.faults.inject({
        ...onlyManifests,
        ...{ status: 429, times: 1, headers: { 'retry-after': '7' } },
      });
      registry.faults.inject({
        ...onlyManifests,
        ...{
          status: 503,
          times: 1,
          headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:20 GMT' },
        },
      });
      await clientFor({ now: () => 0 }).manifest(at(registry), 'v1');
      expect(waits).toEqual([7_000, 20_000]);
    });

    it.each(['86400', '999999999999', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
      'is not waited for without end (Retry-After: %s)',
      async retryAfter => {
        const registry = await sandbox();
        registry.faults.inject({
          match: ({ operation }) => operation === 'manifest',
          ...{ status: 429, headers: { 'retry-after': retryAfter } },
        });
        await expect(
          clientFor({ now: () => 0 }).manifest(at(registry), 'v1'),
        ).rejects.toMatchObject({
          code: 'REGISTRY_RATE_LIMITED',
          message: expect.stringMatching(/it asks to wait for \d+ seconds$/),
        });
        expect(waits).toEqual([]);
      },
    );

    it('is an error after four attempts', async () => {
      const registry = await sandbox();
      registry.faults.inject({
        match: ({ operation }) => operation === 'manifest',
        ...{ status: 503, code: 'UNAVAILABLE' },
      });
      await expect(
        clientFor().manifest(at(registry), 'v1'),
      ).rejects.toMatchObject({
        code: 'REGISTRY_UNAVAILABLE',
        status: 503,
        message: expect.stringContaining(
          'UNAVAILABLE: This is a fault that a test asked for. (HTTP 503 Service Unavailable)',
        ),
      });
      expect(waits).toEqual([250, 500, 1_000]);
    });

    it.each(['truncate', 'disconnect'])(
      'is a manifest that breaks off (%s)',
      async kind => {
        const registry = await sandbox();
        const digest = await registry.push('team/app', image(), 'v1');
        registry.faults.inject({
          match: ({ operation }) => operation === 'manifest',
          ...{ [kind]: true, times: 1 },
        });
        expect((await clientFor().manifest(at(registry), 'v1')).digest).toBe(
          digest,
        );
      },
    );

    it('ends with the signal', async () => {
      const registry = await sandbox();
      registry.faults.inject({ status: 503 });
      const stop = new AbortController();
      await expect(
        clientFor({
          signal: stop.signal,
          wait: async () => stop.abort(new Error('too late')),
        }).manifest(at(registry), 'v1'),
      ).rejects.toThrow('too late');
    });
  });

  describe('connections', () => {
    const secure = async (options: object = {}) => {
      const registry = await sandbox({ tls: true, ...options });
      await registry.push('team/app', image(), 'v1');
      return registry;
    };

    it('trust the CA that is given, and show a certificate', async () => {
      const registry = await secure({ clientCertificates: true });
      const { caPem: ca, clientCertificate } = registry;
      await clientFor({
        connection: { tls: { ca, ...clientCertificate } },
      }).resolve(at(registry), 'v1');
      await expect(
        clientFor({ connection: { tls: { ca } } }).resolve(at(registry), 'v1'),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^GITOPS_NETWORK_/),
      });
    });

    it('do not go on by http where a certificate is not trusted', async () => {
      const registry = await secure();
      await expect(
        clientFor().resolve(at(registry), 'v1'),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_TLS' });
    });

    it('take any certificate where that is wanted', async () => {
      const registry = await secure();
      expect(
        await clientFor({ insecure: true }).resolve(at(registry), 'v1'),
      ).toMatch(/^sha256:/);
    });

    it('by http are found once', async () => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      const client = clientFor({ insecure: true });
      await client.resolve(at(registry), 'v1');
      await client.resolve(at(registry), 'v1');
      expect(
        registry.requests.filter(({ operation }) => operation === 'ping'),
      ).toHaveLength(1);
    });

    it('say what a server said, in one line', async () => {
      const server = await serve((_, response) => {
        response.writeHead(403);
        response.end(
          JSON.stringify({
            errors: [
              {
                code: 'DENIED',
                message: `a\nb\u0007\u202e ${'x'.repeat(9_999)}`,
              },
            ],
          }),
        );
      });
      let message = '';
      await clientFor()
        .manifest(at(server), 'v1')
        .catch(error => {
          message = error.message;
        });
      expect(message).toContain('DENIED: a b xxx');
      expect(message.length).toBeLessThan(700);
    });
  });
});
