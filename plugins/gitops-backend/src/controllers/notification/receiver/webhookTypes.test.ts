// Signatures are those that `openssl dgst -hmac` makes, and one of GitHub's
// documentation; tokens are signed by jsonwebtoken, with keys of Node's.
import {
  OidcProvider,
  ReceiverSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { createServer, IncomingHttpHeaders, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { JwtPayload, sign, SignOptions } from 'jsonwebtoken';
import { HttpPool } from '../../../net/HttpPool';
import { NetworkGuard } from '../../../net/NetworkGuard';
import { TokenVerifier } from './TokenVerifier';
import { gcr } from './types/gcr';
import { VerifiedCall, WebhookContext, WebhookType } from './WebhookCall';
import { webhookTypeOf } from './webhookTypes';

const TOKEN = 's3cr3t-token';
const BODY = '{"ref":"refs/heads/main"}';
const JSON_TYPE = { 'content-type': 'application/json' };
const SHA1 = 'sha1=28c0e4437e59247e2acdb29a7f3d15cf46808532';
const SHA256 =
  'sha256=e274dc29be3457f637a5e580821d4a1bce8fb017588fdee6a212ae06fd090414';
const SHA512 =
  'sha512=5990a03573f7d97619006cc7aebe02a4ad94c74b3e92de600cc400816af72ff03cde0cb1dbcace0c8ad8d108a3164e4e487e75fb285b9eefa0abd3e0d3b8f5b1';
const FORM = 'payload=%7B%22zen%22%3A%22x%22%7D';
const FORM_SHA256 =
  'sha256=9d1be64d5be37cb02621b0076c5c59a5d5f29e2c8088acd2abe22a6b228271fe';
const NEXUS = '{"action":"CREATED","repositoryName":"images"}';
const NEXUS_SHA1 = '1f9ec272e91c0b958346ace7b44274e5c5cd457c';
const EVENT = JSON.stringify({
  context: {
    ...{ version: '0.4.1', id: '271069a8', source: '/event/source/123' },
    type: 'dev.cdevents.artifact.published.0.2.0',
    timestamp: '2023-03-20T14:27:05.315384Z',
  },
  subject: {
    ...{ id: 'pkg:golang/mygit.com/myorg/myapp', type: 'artifact' },
    content: { user: 'ada', sbom: { uri: 'https://sbom.test/1' } },
  },
});

const connections = new HttpPool({
  guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
});
const verifier = new TokenVerifier({ connections });

function verify(
  type: ReceiverSpec['type'] | WebhookType,
  headers: IncomingHttpHeaders,
  body: string = BODY,
  context: Partial<WebhookContext> = {},
): Promise<VerifiedCall> {
  const found =
    typeof type === 'string'
      ? webhookTypeOf({ type, resources: [] }, verifier)
      : type;
  return found.verify(
    { headers, body: Buffer.from(body) },
    { token: TOKEN, secret: () => undefined, ...context },
  );
}

const refused = (code: string) => expect.objectContaining({ code });

describe('calls with signatures', () => {
  it('are those of the documentation of GitHub', async () => {
    const signature =
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const context = { token: "It's a Secret to Everybody" };
    await expect(
      verify(
        'github',
        { ...JSON_TYPE, 'x-hub-signature-256': signature },
        'Hello, World!',
        context,
      ),
    ).resolves.toMatchObject({ identity: expect.any(String) });
  });

  it.each<[ReceiverSpec['type'], IncomingHttpHeaders, string?]>([
    ['github', { ...JSON_TYPE, 'x-hub-signature-256': SHA256 }],
    ['github', { ...JSON_TYPE, 'x-hub-signature': SHA1 }],
    [
      'github',
      {
        'content-type': 'application/x-www-form-urlencoded',
        'x-hub-signature-256': FORM_SHA256,
      },
      FORM,
    ],
    ['bitbucket', { ...JSON_TYPE, 'x-hub-signature': SHA256 }],
    ['generic-hmac', { 'x-signature': SHA1 }],
    ['generic-hmac', { 'x-signature': SHA256 }],
    ['generic-hmac', { 'x-signature': SHA512 }],
    ['gitlab', { 'x-gitlab-token': TOKEN }],
    ['harbor', { authorization: TOKEN }],
    ['nexus', { 'x-nexus-webhook-signature': NEXUS_SHA1 }, NEXUS],
  ])('%s takes %j', async (...row) => {
    const [type, headers, body] = row;
    await expect(verify(type, headers, body)).resolves.toBeDefined();
    // Only those who send the token itself do not mind one byte more.
    const isToken = type === 'gitlab' || type === 'harbor';
    const other = await verify(type, headers, `${body ?? BODY} `).then(
      () => 'taken',
      ({ code }) => code,
    );
    expect(other).toBe(isToken ? 'taken' : 'WEBHOOK_BAD_SIGNATURE');
    await expect(
      verify(type, headers, body, { token: 'another' }),
    ).rejects.toEqual(
      refused(isToken ? 'WEBHOOK_BAD_TOKEN' : 'WEBHOOK_BAD_SIGNATURE'),
    );
    await expect(verify(type, JSON_TYPE, body)).rejects.toEqual(
      refused('WEBHOOK_UNSIGNED'),
    );
  });

  it.each([
    'sha256',
    'sha256=',
    'md5=00',
    'sha256=zz',
    SHA256.slice(0, -2),
    `${SHA256}=`,
    SHA256.slice('sha256='.length),
  ])('are no %s', async signature => {
    await expect(
      verify('generic-hmac', { 'x-signature': signature }),
    ).rejects.toEqual(refused('WEBHOOK_BAD_SIGNATURE'));
  });

  it('give what a form holds to filters', async () => {
    const { payload } = await verify(
      'github',
      {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-hub-signature-256': FORM_SHA256,
      },
      FORM,
    );
    expect(payload?.toString()).toBe('{"zen":"x"}');
    await expect(
      verify('github', {
        'content-type': 'text/plain',
        'x-hub-signature-256': SHA256,
      }),
    ).rejects.toEqual(refused('WEBHOOK_BAD_PAYLOAD'));
  });

  it.each<[ReceiverSpec['type'], string, IncomingHttpHeaders, string?]>([
    [
      'github',
      'x-github-event',
      { ...JSON_TYPE, 'x-hub-signature-256': SHA256 },
    ],
    ['gitlab', 'x-gitlab-event', { 'x-gitlab-token': TOKEN }],
    ['bitbucket', 'x-event-key', { ...JSON_TYPE, 'x-hub-signature': SHA1 }],
    ['cdevents', 'ce-type', {}, EVENT],
  ])('of %s are for the events that are wanted', async (...row) => {
    const [type, header, headers, body] = row;
    const call = (event: string, events: string[]) =>
      verify(type, { ...headers, [header]: event }, body, { events });
    await expect(call('Push Hook', ['push hook'])).resolves.toBeDefined();
    await expect(call('Push Hook', [])).resolves.toBeDefined();
    await expect(call('ping', ['push', 'tag'])).rejects.toEqual(
      refused('WEBHOOK_EVENT_NOT_WANTED'),
    );
    await expect(
      verify(type, headers, body, { events: ['push'] }),
    ).rejects.toEqual(refused('WEBHOOK_EVENT_NOT_WANTED'));
  });
});

describe('calls without signatures', () => {
  it.each<[ReceiverSpec['type'], string]>([
    [
      'dockerhub',
      '{"push_data":{"tag":"v1"},"repository":{"repo_url":"https://x"}}',
    ],
    ['quay', '{"docker_url":"quay.io/a/b","updated_tags":["v1"]}'],
    ['acr', '{"action":"push","target":{"repository":"a","tag":"v1"}}'],
    ['cdevents', EVENT],
  ])('of %s have a payload', async (type, body) => {
    await expect(verify(type, {}, body)).resolves.toBeDefined();
    for (const bad of ['', '[]', '{', 'null']) {
      await expect(verify(type, {}, bad)).rejects.toEqual(
        refused('WEBHOOK_BAD_PAYLOAD'),
      );
    }
  });

  it('need none where the path is all there is', async () => {
    await expect(verify('generic', {}, '')).resolves.toEqual({});
  });

  it.each<[string, (event: any) => void, string]>([
    [
      'another type',
      event => (event.context.type = 'com.example.thing.1.0.0'),
      'there is no event "com.example.thing.1.0.0"',
    ],
    [
      'another version of the type',
      event => (event.context.type = 'dev.cdevents.artifact.published.0.1.0'),
      'there is no event',
    ],
    [
      'no time',
      event => (event.context.timestamp = 'yesterday'),
      'context.timestamp: ',
    ],
    ['no id', event => (event.context.id = ''), 'context.id: '],
    [
      'another subject',
      event => (event.subject.type = 'service'),
      'subject.type is not artifact',
    ],
    [
      'what the subject does not say',
      event => (event.subject.content.size = 1),
      'subject.content: ',
    ],
    [
      'a wrong part of the subject',
      event => (event.subject.content.sbom.uri = ''),
      'subject.content.sbom.uri: ',
    ],
    ['more', event => (event.extra = 1), 'the event: '],
  ])('are no CDEvents with %s', async (_, spoil, problem) => {
    const event = JSON.parse(EVENT);
    spoil(event);
    await expect(
      verify('cdevents', {}, JSON.stringify(event)),
    ).rejects.toMatchObject({
      code: 'WEBHOOK_BAD_PAYLOAD',
      message: expect.stringContaining(
        `the body is no CDEvent of version 0.4: ${problem}`,
      ),
    });
  });

  it('may be events that others define', async () => {
    const event = JSON.parse(EVENT);
    event.context.type = 'dev.cdeventsx.mytool-resource.created.0.1.0';
    event.subject = { id: 'a', type: 'mytool-resource', content: { any: 1 } };
    const { identity } = await verify('cdevents', {}, JSON.stringify(event));
    expect(identity).toBe(JSON.stringify(['/event/source/123', '271069a8']));
  });
});

describe('calls with tokens', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const others = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let server: Server;
  let issuer: string;
  let asked: string[];
  let published: { key: KeyObject; kid: string }[];
  let discovered: string | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      response.end(
        JSON.stringify(
          request.url === '/keys'
            ? {
                keys: published.map(({ key, kid }) => ({
                  ...key.export({ format: 'jwk' }),
                  ...{ kid, alg: 'RS256', use: 'sig' },
                })),
              }
            : { issuer: discovered ?? issuer, jwks_uri: `${issuer}/keys` },
        ),
      );
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
    discovered = undefined;
    published = [{ key: keys.publicKey, kid: 'one' }];
  });

  const tokenOf = (
    claims: object,
    options: SignOptions & { key?: KeyObject } = {},
  ): string => {
    const { key = keys.privateKey, ...rest } = options;
    return sign(claims as JwtPayload, key as never, {
      ...{ algorithm: 'RS256', keyid: 'one', expiresIn: '5m', issuer },
      ...rest,
    });
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  describe('of an issuer that the Receiver names', () => {
    const provider = (): OidcProvider => ({
      issuerURL: issuer,
      variables: [
        { name: 'owner', expression: "claims.repository.split('/')[0]" },
      ],
      validations: [
        { expression: "vars.owner == 'team'", message: 'not of the team' },
        { expression: "claims.ref == 'refs/heads/main'", message: 'not main' },
      ],
    });
    const audience = 'notification-controller';
    const good = () => ({
      ...{ repository: 'team/app', ref: 'refs/heads/main', jti: 'a' },
    });
    const call = (token: string, fresh = new TokenVerifier({ connections })) =>
      verify(
        webhookTypeOf(
          { type: 'generic-oidc', oidcProviders: [provider()], resources: [] },
          fresh,
        ),
        bearer(token),
      );

    it('are held against its keys, and asked for once', async () => {
      const fresh = new TokenVerifier({ connections });
      const found = await call(tokenOf(good(), { audience }), fresh);
      expect(found.claims).toMatchObject(good());
      expect(found.identity).toBe(JSON.stringify([issuer, 'a']));
      await call(tokenOf(good(), { audience }), fresh);
      expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    });

    it('tell all that does not hold', async () => {
      const claims = { repository: 'others/app', ref: 'refs/heads/dev' };
      await expect(call(tokenOf(claims, { audience }))).rejects.toMatchObject({
        code: 'WEBHOOK_BAD_TOKEN',
        message: 'token validation failed: not of the team; not main',
      });
      await expect(call(tokenOf({}, { audience }))).rejects.toMatchObject({
        code: 'WEBHOOK_BAD_TOKEN',
        message: expect.stringContaining('repository'),
      });
    });

    it.each<[string, () => string]>([
      ['for somebody else', () => tokenOf(good(), { audience: 'other' })],
      ['that is over', () => tokenOf(good(), { audience, expiresIn: -10 })],
      [
        'that is not yet',
        () => tokenOf(good(), { audience, notBefore: 1_000 }),
      ],
      [
        'of other keys',
        () => tokenOf(good(), { audience, key: others.privateKey }),
      ],
      [
        'without a signature',
        () =>
          sign(good(), '', { audience, issuer, algorithm: 'none' } as never),
      ],
      [
        'signed with what is public',
        () =>
          sign(good(), issuer, {
            ...{ audience, issuer, keyid: 'one', algorithm: 'HS256' },
          }),
      ],
      [
        'of another issuer',
        () => tokenOf(good(), { audience, issuer: 'https://evil.test' }),
      ],
      ['that is none', () => 'abc'],
    ])('are not taken %s', async (_, make) => {
      const token = make();
      const error = await call(token).then(
        () => undefined,
        refusal => refusal,
      );
      expect(error).toMatchObject({ code: 'WEBHOOK_BAD_TOKEN' });
      expect(error.message).not.toContain(token);
    });

    it('are taken with a new key, which is asked for once a minute', async () => {
      let now = Date.now();
      const fresh = new TokenVerifier({ connections, now: () => now });
      await call(tokenOf(good(), { audience }), fresh);
      published = [{ key: others.publicKey, kid: 'two' }];
      const token = tokenOf(good(), {
        ...{ audience, keyid: 'two', key: others.privateKey },
      });
      await expect(call(token, fresh)).rejects.toMatchObject({
        code: 'WEBHOOK_BAD_TOKEN',
      });
      expect(asked).toHaveLength(2);
      now += 61_000;
      await expect(call(token, fresh)).resolves.toBeDefined();
      expect(asked).toHaveLength(4);
    });

    it('are not taken on the word of another issuer', async () => {
      discovered = 'https://other.test';
      await expect(call(tokenOf(good(), { audience }))).rejects.toMatchObject({
        code: 'WEBHOOK_BAD_TOKEN',
        message: expect.stringContaining(
          'its configuration is that of another issuer',
        ),
      });
    });

    it('lead the portal nowhere that it must not go', async () => {
      const guarded = new HttpPool({ guard: new NetworkGuard({ allow: [] }) });
      const fresh = new TokenVerifier({ connections: guarded });
      await expect(
        call(tokenOf(good(), { audience }), fresh),
      ).rejects.toMatchObject({
        code: 'WEBHOOK_BAD_TOKEN',
        message: expect.stringContaining('could not be had'),
      });
      expect(asked).toEqual([]);
    });
  });

  describe('of Google', () => {
    const settings: Record<string, string> = {
      ...{ email: 'pusher@project.test', audience: 'https://portal.test' },
    };
    const claims = { email: settings.email, email_verified: true };
    const from = { issuer: 'https://accounts.google.com' };
    const pushed = {
      ...{
        action: 'INSERT',
        digest: 'gcr.io/p/a@sha256:0',
        tag: 'gcr.io/p/a:1',
      },
    };
    const body = (data: unknown) =>
      JSON.stringify({
        message: {
          data: Buffer.from(JSON.stringify(data)).toString('base64'),
          messageId: '136969346945',
        },
        subscription: 'projects/p/subscriptions/s',
      });
    const call = (
      token: string,
      { data = pushed as unknown, secret = settings } = {},
    ) =>
      verify(
        gcr(new TokenVerifier({ connections }), `${issuer}/keys`),
        bearer(token),
        body(data),
        { secret: key => secret[key] },
      );
    const good = (more = {}, options: SignOptions = {}) =>
      tokenOf(
        { ...claims, ...more },
        {
          ...{ ...from, audience: settings.audience },
          ...options,
        },
      );

    it('give the message out of its envelope', async () => {
      const { payload, identity } = await call(good());
      expect(JSON.parse(payload!.toString())).toEqual(pushed);
      expect(identity).toBe('136969346945');
      await expect(
        call(good({}, { issuer: 'accounts.google.com' })),
      ).resolves.toBeDefined();
    });

    it.each<[string, () => string]>([
      ['of somebody else', () => good({ email: 'other@project.test' })],
      ['that nobody verified', () => good({ email_verified: false })],
      ['for another audience', () => good({}, { audience: 'https://x.test' })],
      ['of another issuer', () => good({}, { issuer: 'https://x.test' })],
    ])('are not taken with a token %s', async (_, make) => {
      await expect(call(make())).rejects.toEqual(refused('WEBHOOK_BAD_TOKEN'));
    });

    it('need settings, and a message', async () => {
      const { email } = settings;
      await expect(call(good(), { secret: { email } })).rejects.toEqual(
        refused('WEBHOOK_BAD_SETTINGS'),
      );
      await expect(call(good(), { data: 'text' })).rejects.toEqual(
        refused('WEBHOOK_BAD_PAYLOAD'),
      );
      await expect(
        verify(gcr(verifier, `${issuer}/keys`), {}, body(pushed), {
          secret: key => settings[key],
        }),
      ).rejects.toEqual(refused('WEBHOOK_UNSIGNED'));
    });
  });
});
