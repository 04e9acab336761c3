import * as fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as https from 'node:https';
import * as os from 'node:os';
import * as path from 'node:path';
import type { JsonObject } from '../json/value';
import { asArray, at } from '../json/value';
import type { Certificates } from '../tls/certificates';
import { loadCertificates } from '../tls/certificates';
import { APPLY, configMap, TestApi } from '../testing/apiClient';

jest.setTimeout(60_000);

// Answers of kube-apiserver 1.34 to the same webhooks, quotas and limits.
const MAPS = '/api/v1/namespaces/default/configmaps';
const GROUP = '/apis/admissionregistration.k8s.io/v1';
const RULE = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['*'],
  resources: ['configmaps'],
};

/** A webhook that answers as the path of its address says. */
class TestWebhook {
  readonly reviews: JsonObject[] = [];
  private constructor(
    private readonly server: https.Server,
    private readonly certificates: Certificates,
  ) {}

  static async start(): Promise<TestWebhook> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'webhook-'));
    const certificates = await loadCertificates(directory);
    fs.rmSync(directory, { recursive: true });
    const server = https.createServer({
      cert: certificates.server.certificate,
      key: certificates.server.privateKey,
    });
    const webhook = new TestWebhook(server, certificates);
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', chunk => {
        text += String(chunk);
      });
      request.on('end', () => {
        const review = JSON.parse(text) as JsonObject;
        webhook.reviews.push(review);
        const answer = answerOf(request.url ?? '');
        if (!answer) return; // never
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: { uid: at(review, 'request', 'uid'), ...answer },
          }),
        );
      });
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return webhook;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  config(answer: string, more: JsonObject = {}): JsonObject {
    return {
      name: 'hook.example.com',
      clientConfig: {
        url: `https://127.0.0.1:${this.port}/${answer}`,
        caBundle: Buffer.from(this.certificates.ca.certificate).toString(
          'base64',
        ),
      },
      rules: [RULE],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 30,
      ...more,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => {
      this.server.close(resolve);
    });
  }
}

function answerOf(url: string): JsonObject | undefined {
  const patch = [{ op: 'add', path: '/data/added', value: 'yes' }];
  switch (url.split('?')[0]) {
    case '/deny':
      return { allowed: false, status: { message: 'no way' } };
    case '/forbid':
      return {
        allowed: false,
        status: { message: 'no way', code: 403, reason: 'Forbidden' },
      };
    case '/silent':
      return { allowed: false };
    case '/warn':
      return { allowed: true, warnings: ['careful'] };
    case '/patch':
      return {
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      };
    case '/never':
      return undefined;
    default:
      return { allowed: true };
  }
}

describe('admission', () => {
  let test: TestApi;
  let webhook: TestWebhook;

  beforeAll(async () => {
    webhook = await TestWebhook.start();
  });
  afterAll(() => webhook.stop());
  beforeEach(async () => {
    test = await TestApi.start();
    webhook.reviews.length = 0;
  });
  afterEach(() => test.stop());

  const configure = async (
    kind: 'Mutating' | 'Validating',
    ...webhooks: JsonObject[]
  ) => {
    const { status } = await test.call(
      'POST',
      `${GROUP}/${kind.toLowerCase()}webhookconfigurations`,
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: `${kind}WebhookConfiguration`,
        metadata: { name: 'test' },
        webhooks,
      },
    );
    expect(status).toBe(201);
  };

  it.each([
    [
      'deny',
      400,
      'admission webhook "hook.example.com" denied the request: no way',
    ],
    [
      'forbid',
      403,
      'admission webhook "hook.example.com" denied the request: no way',
    ],
    [
      'silent',
      400,
      'admission webhook "hook.example.com" denied the request without explanation',
    ],
  ])('refuses what a webhook denies: %s', async (answer, code, message) => {
    await configure('Validating', webhook.config(answer));
    const { body } = await test.call('POST', MAPS, configMap('a'));
    expect(body).toMatchObject({ code, message });
    expect((await test.call('GET', `${MAPS}/a`)).status).toBe(404);
  });

  it('asks once, with the write and who writes', async () => {
    await configure('Validating', webhook.config('allow'));
    await test.call('PATCH', `${MAPS}/a?fieldManager=m`, configMap('a'), APPLY);
    expect(webhook.reviews).toHaveLength(1);
    expect(webhook.reviews[0].request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'a',
      namespace: 'default',
      operation: 'CREATE',
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', fieldManager: 'm' },
    });
  });

  it('passes warnings on', async () => {
    await configure('Validating', webhook.config('warn'));
    const { headers } = await test.call('POST', MAPS, configMap('a'));
    expect(headers.warning).toBe('299 - "careful"');
  });

  it('stores what a webhook changes, whom the change belongs to or not', async () => {
    await configure('Mutating', webhook.config('patch'));
    const { body } = await test.call('POST', MAPS, configMap('a', { b: 'c' }));
    expect(body.data).toEqual({ added: 'yes', b: 'c' });
    const [entry] = asArray(at(body, 'metadata', 'managedFields'));
    expect(at(entry, 'fieldsV1', 'f:data')).toEqual({ '.': {}, 'f:b': {} });
  });

  it('asks before a deletion', async () => {
    await test.call('POST', MAPS, configMap('a'));
    await configure(
      'Validating',
      webhook.config('deny', { rules: [{ ...RULE, operations: ['DELETE'] }] }),
    );
    expect((await test.call('DELETE', `${MAPS}/a`)).status).toBe(400);
    expect((await test.call('GET', `${MAPS}/a`)).status).toBe(200);
  });

  it('fails where a webhook cannot be asked, or does without it', async () => {
    const unreachable = { url: 'https://127.0.0.1:1/x' };
    await configure(
      'Validating',
      webhook.config('', { clientConfig: unreachable }),
    );
    const why =
      'failed calling webhook "hook.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused';
    const failed = await test.call('POST', MAPS, configMap('a'));
    expect(failed.body).toMatchObject({
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${why}`,
      details: { causes: [{ message: why }] },
    });
    await test.call(
      'PATCH',
      `${GROUP}/validatingwebhookconfigurations/test`,
      [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }],
      { 'content-type': 'application/json-patch+json' },
    );
    expect((await test.call('POST', MAPS, configMap('a'))).status).toBe(201);
  });

  it('waits no longer than a webhook may take', async () => {
    await configure(
      'Validating',
      webhook.config('never', { timeoutSeconds: 1 }),
    );
    const { body } = await test.call('POST', MAPS, configMap('a'));
    expect(body.message).toBe(
      `Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https://127.0.0.1:${webhook.port}/never?timeout=1s": context deadline exceeded`,
    );
  });

  it('finds no services', async () => {
    await configure(
      'Validating',
      webhook.config('', {
        clientConfig: {
          service: { name: 'nosvc', namespace: 'default', path: '/v' },
        },
      }),
    );
    const { body } = await test.call('POST', MAPS, configMap('a'));
    expect(body.message).toBe(
      'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https://nosvc.default.svc:443/v?timeout=30s": service "nosvc" not found',
    );
  });

  it('asks only about what is selected', async () => {
    await configure(
      'Validating',
      webhook.config('deny', {
        objectSelector: { matchLabels: { act: 'special' } },
        matchConditions: [
          { name: 'named', expression: "object.metadata.name.startsWith('m')" },
        ],
      }),
    );
    const special = { labels: { act: 'special' } };
    expect((await test.call('POST', MAPS, configMap('m1'))).status).toBe(201);
    expect(
      (await test.call('POST', MAPS, configMap('x1', {}, special))).status,
    ).toBe(201);
    expect(
      (await test.call('POST', MAPS, configMap('m2', {}, special))).status,
    ).toBe(400);
  });

  it('evaluates policies', async () => {
    await test.call('POST', `${GROUP}/validatingadmissionpolicies`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'short' },
      spec: {
        matchConstraints: { resourceRules: [RULE] },
        validations: [
          {
            expression: 'object.metadata.name.size() < 4',
            message: 'name is too long',
          },
        ],
      },
    });
    await test.call('POST', `${GROUP}/validatingadmissionpolicybindings`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'bound' },
      spec: { policyName: 'short', validationActions: ['Deny'] },
    });
    expect((await test.call('POST', MAPS, configMap('abc'))).status).toBe(201);
    const { body } = await test.call('POST', MAPS, configMap('abcd'));
    expect(body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `configmaps "abcd" is forbidden: ValidatingAdmissionPolicy 'short' with binding 'bound' denied request: name is too long`,
    });
  });

  it('counts quotas', async () => {
    const base = '/api/v1/namespaces/default';
    await test.call('POST', `${base}/resourcequotas`, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { 'count/secrets': '1', 'requests.cpu': '1' } },
    });
    const secret = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
    });
    const pod = (cpu?: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: ['a', 'b'].map(name => ({
          name,
          image: 'x',
          ...(cpu ? { resources: { requests: { cpu } } } : {}),
        })),
      },
    });
    expect(
      (await test.call('POST', `${base}/secrets`, secret('a'))).status,
    ).toBe(201);
    const second = await test.call('POST', `${base}/secrets`, secret('b'));
    expect(second.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'secrets "b" is forbidden: exceeded quota: q, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    });
    const open = await test.call('POST', `${base}/pods`, pod());
    expect(open.body.message).toBe(
      'pods "p" is forbidden: failed quota: q: must specify requests.cpu for: a,b',
    );
    const large = await test.call('POST', `${base}/pods`, pod('700m'));
    expect(large.body.message).toBe(
      'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=1400m, used: requests.cpu=0, limited: requests.cpu=1',
    );
    const events = await test.watch(
      `${base}/resourcequotas?watch=1`,
      ({ object }) => at(object, 'status', 'used', 'count/secrets') === '1',
    );
    expect(at(events.at(-1)?.object, 'status')).toEqual({
      hard: { 'count/secrets': '1', 'requests.cpu': '1' },
      used: { 'count/secrets': '1', 'requests.cpu': '0' },
    });
  });

  it('gives pods the defaults of limit ranges, within their limits', async () => {
    const base = '/api/v1/namespaces/default';
    await test.call('POST', `${base}/limitranges`, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '500m' },
            defaultRequest: { cpu: '100m' },
            max: { cpu: '1' },
          },
        ],
      },
    });
    const pod = (limits?: JsonObject) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [
          {
            name: 'a',
            image: 'x',
            ...(limits ? { resources: { limits } } : {}),
          },
        ],
      },
    });
    const url = `${base}/pods?dryRun=All`;
    const limited = await test.call('POST', url, pod());
    expect(at(limited.body, 'metadata', 'annotations')).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container a; cpu limit for container a',
    });
    const beyond = await test.call('POST', url, pod({ cpu: '2' }));
    expect(beyond.body.message).toBe(
      'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    );
  });
});
