// Servers: an index over plain http of the test (node:http), the sandbox's Kubernetes API, whose TLS is also what certificates are tried on.
import {
  HelmRepository,
  HelmRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { parse } from 'yaml';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf } from '../../../__testUtils__/world';
import { conditionOf } from './__testUtils__/Bench';
import { ChartBench } from './__testUtils__/ChartBench';
import { ChartServer, indexOf } from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const INDEX = indexOf({ name: 'web', version: '1.2.3' });

describe('access to a HelmRepository', () => {
  const init = migratedDatabases();
  let bench: ChartBench;
  let world: ChartBench['world'];
  let server: ChartServer;

  beforeAll(async () => {
    bench = await ChartBench.start(await init('SQLITE_3'));
    ({ world, server } = bench);
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const reconcile = (name: string, spec: Partial<HelmRepositorySpec>) =>
    bench.reconcile<HelmRepository>('HelmRepository', name, {
      interval: '1h',
      url: `${server.url}/${name}`,
      ...spec,
    });

  describe('credentials', () => {
    it('come from secretRef', async () => {
      await bench.secret('user', { username: 'me', password: 'canary' });
      server.protect('/private/index.yaml', 'me:canary', INDEX);
      const denied = await reconcile('private', {});
      expect(readyOf(denied)?.message).toContain('401 Unauthorized');
      const object = await reconcile('private', {
        secretRef: { name: 'user' },
      });
      expect(readyOf(object)?.status).toBe('True');
      expect(JSON.stringify(object)).not.toContain('canary');
    });

    it('come from the URL where there is no secretRef, and are not shown', async () => {
      server.protect('/in-url/index.yaml', 'me:canary', INDEX);
      const url = `${server.url.replace('//', '//me:canary@')}/in-url`;
      const object = await reconcile('in-url', { url });
      expect(readyOf(object)?.status).toBe('True');
      expect(JSON.stringify(object.status)).not.toContain('canary');
      expect(JSON.stringify(await world.eventsOf(object))).not.toContain(
        'canary',
      );
    });

    it('do not follow a redirect to another host', async () => {
      const other = await ChartServer.start();
      try {
        other.put('/index.yaml', INDEX);
        await bench.secret('redirected', {
          username: 'me',
          password: 'canary',
        });
        server.put('/redirected/index.yaml', (_, response) => {
          response.statusCode = 302;
          response.setHeader('location', `${other.url}/index.yaml`);
          response.end();
        });
        const object = await reconcile('redirected', {
          secretRef: { name: 'redirected' },
          passCredentials: true,
        });
        expect(readyOf(object)?.status).toBe('True');
        expect(other.requests).toEqual([
          { path: '/index.yaml', authorization: undefined },
        ]);
      } finally {
        await other.stop();
      }
    });

    it('do not lead to an address that is refused', async () => {
      server.put('/metadata/index.yaml', (_, response) => {
        response.statusCode = 302;
        response.setHeader('location', 'http://169.254.169.254/latest');
        response.end();
      });
      const object = await reconcile('metadata', {});
      expect(readyOf(object)).toMatchObject({
        reason: 'Failed',
        message: expect.stringContaining('169.254.169.254'),
      });
    });

    const refused: [string, Record<string, string> | undefined, string][] = [
      [
        'absent',
        undefined,
        "failed to get authentication secret 'default/absent': secret 'default/absent' not found",
      ],
      ['half', { username: 'me' }, "has only one of 'username' and 'password'"],
    ];

    it.each(refused)(
      'are refused where the secret is %s',
      async (name, data, message) => {
        if (data) {
          await bench.secret(name, data);
        }
        const object = await reconcile(name, { secretRef: { name } });
        expect(conditionOf(object, 'FetchFailed')).toMatchObject({
          reason: 'AuthenticationFailed',
          message: expect.stringContaining(message),
        });
        expect(conditionOf(object, 'Stalled')).toBeUndefined();
      },
    );
  });

  describe('certificates', () => {
    const tls = () => {
      const kubeconfig = parse(world.sandbox.kubernetes.kubeconfig);
      const decode = (text: string) => Buffer.from(text, 'base64').toString();
      return {
        url: `${kubeconfig.clusters[0].cluster.server}/api/v1/secrets`,
        'ca.crt': decode(
          kubeconfig.clusters[0].cluster['certificate-authority-data'],
        ),
        'tls.crt': decode(kubeconfig.users[0].user['client-certificate-data']),
        'tls.key': decode(kubeconfig.users[0].user['client-key-data']),
      };
    };

    it('are those of certSecretRef', async () => {
      const { url, ...files } = tls();
      await bench.secret('ca', { 'ca.crt': files['ca.crt'] });
      await bench.secret('client', files);
      const unknown = await reconcile('tls', { url });
      expect(readyOf(unknown)?.message).toMatch(/certificate/i);
      const anonymous = await reconcile('tls', {
        url,
        certSecretRef: { name: 'ca' },
      });
      expect(readyOf(anonymous)?.message).toMatch(/ : (401|403) /);
      const known = await reconcile('tls', {
        url,
        certSecretRef: { name: 'client' },
      });
      expect(readyOf(known)?.message).toMatch(/ : 404 Not Found/);
      const deprecated = await reconcile('tls', {
        url,
        secretRef: { name: 'client' },
      });
      expect(readyOf(deprecated)?.message).toMatch(/ : 404 Not Found/);
    });

    it.each([
      ['without-key', ['tls.crt'], "contains 'tls.crt' but missing 'tls.key'"],
      [
        'without-any',
        [],
        "must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'",
      ],
    ] as const)(
      'are refused where the secret is %s',
      async (name, keys, why) => {
        const { url, ...files } = tls();
        await bench.secret(
          name,
          Object.fromEntries(keys.map(key => [key, files[key]])),
        );
        const object = await reconcile(name, { url, certSecretRef: { name } });
        expect(readyOf(object)).toMatchObject({
          reason: 'AuthenticationFailed',
          message: expect.stringContaining(why),
        });
      },
    );

    it('are refused where they are no certificates, without quoting them', async () => {
      await bench.secret('garbled', { 'ca.crt': 'canary' });
      const object = await reconcile('garbled', {
        certSecretRef: { name: 'garbled' },
      });
      expect(readyOf(object)).toMatchObject({
        reason: 'AuthenticationFailed',
        message: expect.stringContaining('failed to parse CA certificate'),
      });
      expect(JSON.stringify(object.status)).not.toContain('canary');
    });
  });
});
