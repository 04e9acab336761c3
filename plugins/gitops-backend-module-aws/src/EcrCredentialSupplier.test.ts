// Server: a double that speaks the JSON protocol of ECR; not AWS itself.
import { once } from 'node:events';
import { createServer, IncomingHttpHeaders, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import { AwsIdentity } from './AwsIdentity';
import { EcrCredentialSupplier } from './EcrCredentialSupplier';

jest.setTimeout(60_000);

describe('EcrCredentialSupplier', () => {
  let connections: ReturnType<typeof localConnections>;
  let server: Server;
  let seen: IncomingHttpHeaders[];
  let answer: (target: string) => [number, object];

  beforeEach(async () => {
    connections = localConnections();
    seen = [];
    server = createServer((request, response) => {
      seen.push(request.headers);
      const [status, body] = answer(String(request.headers['x-amz-target']));
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.1',
      });
      response.end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await connections.close();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  const ask = (registry: string, portalIdentity = true) =>
    new EcrCredentialSupplier({
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      identity: new AwsIdentity({
        portalIdentity,
        portalCredentials: async () => ({
          accessKeyId: 'AKIAPORTAL',
          secretAccessKey: 'hunter2',
        }),
      }),
    }).credential({
      registry,
      http: connections.open(),
      signal: new AbortController().signal,
      now: Date.now,
    });

  const authorizationToken = Buffer.from('AWS:secret').toString('base64');

  it('logs in to a private registry', async () => {
    answer = () => [
      200,
      { authorizationData: [{ authorizationToken, expiresAt: 1_900_000_000 }] },
    ];
    expect(await ask('123456789012.dkr.ecr.eu-west-1.amazonaws.com')).toEqual({
      credential: { username: 'AWS', password: 'secret' },
      expiresAt: 1_900_000_000_000,
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      'x-amz-target':
        'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      authorization: expect.stringMatching(
        /Credential=AKIAPORTAL\/\d+\/eu-west-1\/ecr\/aws4_request/,
      ),
    });
  });

  it('logs in to the public registry', async () => {
    answer = () => [
      200,
      { authorizationData: { authorizationToken, expiresAt: 1_900_000_000 } },
    ];
    expect(await ask('public.ecr.aws')).toMatchObject({
      credential: { username: 'AWS', password: 'secret' },
    });
    expect(seen[0].authorization).toMatch(/\/us-east-1\/ecr-public\//);
  });

  it.each([
    'ghcr.io',
    'evil.example',
    '1.dkr.ecr.x.amazonaws.com.evil.example',
  ])('knows nothing of %s', async registry => {
    expect(await ask(registry)).toBeUndefined();
    expect(seen).toEqual([]);
  });

  it('says why there is no login', async () => {
    answer = () => [
      400,
      { __type: 'AccessDeniedException', message: 'not you' },
    ];
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    await expect(ask(registry)).rejects.toThrow('not you');
    answer = () => [200, { authorizationData: [] }];
    await expect(ask(registry)).rejects.toThrow(`no login to ${registry}`);
    await expect(ask(registry, false)).rejects.toThrow(
      'set gitops.aws.portalIdentity',
    );
  });
});
