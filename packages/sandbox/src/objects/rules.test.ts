import type { JsonObject } from '../json/value';
import { at } from '../json/value';
import { APPLY, configMap, MERGE, TestApi } from '../testing/apiClient';

jest.setTimeout(60_000);

// Answers of kube-apiserver 1.34 to the same requests.
const BASE = '/api/v1/namespaces/default';
const MAPS = `${BASE}/configmaps`;
const SECRETS = `${BASE}/secrets`;
const secret = (more: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  ...more,
});
const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('rules', () => {
  let test: TestApi;
  beforeAll(async () => {
    test = await TestApi.start();
  });
  afterAll(() => test.stop());

  it.each<[string, string, JsonObject, number, string]>([
    [
      'annotations of more than 256 KiB',
      MAPS,
      configMap('a', {}, { annotations: { a: 'x'.repeat(262144) } }),
      422,
      'ConfigMap "a" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'more than 1 MiB of data',
      MAPS,
      configMap('a', { a: 'x'.repeat(1024 * 1024 + 1) }),
      422,
      'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes',
    ],
    [
      'a body of more than 3 MiB',
      MAPS,
      configMap('a', { a: 'x'.repeat(3 * 1024 * 1024) }),
      413,
      'Request entity too large: limit is 3145728',
    ],
    [
      'what etcd does not take',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'a' },
        rules: [
          {
            apiGroups: [''],
            resources: ['x'.repeat(1_600_000)],
            verbs: ['get'],
          },
        ],
      },
      500,
      'etcdserver: request is too large',
    ],
    [
      'a key twice',
      MAPS,
      { ...configMap('a', { a: 'b' }), binaryData: { a: 'YQ==' } },
      422,
      'ConfigMap "a" is invalid: data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    [
      'no base64',
      SECRETS,
      secret({ data: { a: 'not base64!' } }),
      400,
      'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 3',
    ],
    [
      'a TLS Secret without its key',
      SECRETS,
      secret({ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
      422,
      'Secret "a" is invalid: data[tls.key]: Required value',
    ],
    [
      'a Docker configuration that is none',
      SECRETS,
      secret({
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': 'eA==' },
      }),
      422,
      `Secret "a" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
    ],
    [
      'finalizers without a domain',
      MAPS,
      configMap('a', {}, { finalizers: ['b/c', 'b d'] }),
      422,
      `ConfigMap "a" is invalid: [metadata.finalizers: Invalid value: "b d": ${NAME_RULE}, metadata.finalizers[1]: Invalid value: "b d": name is neither a standard finalizer name nor is it fully qualified]`,
    ],
    [
      'owners without a name',
      MAPS,
      configMap(
        'a',
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Pod', name: '', uid: '1' },
          ],
        },
      ),
      422,
      'ConfigMap "a" is invalid: metadata.ownerReferences.name: Invalid value: "": must not be empty',
    ],
    [
      'an unknown validation',
      `${MAPS}?fieldValidation=Foo`,
      configMap('a'),
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Foo": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    [
      'a manager that cannot be printed',
      `${MAPS}?fieldManager=a%0Ab`,
      configMap('a'),
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
    ],
  ])('refuse %s', async (_what, url, body, code, message) => {
    const answer = await test.call('POST', url, body);
    expect(answer.body).toMatchObject({ code, message });
  });

  it('refuse what an apply cannot convert', async () => {
    const { body } = await test.call(
      'PATCH',
      `${SECRETS}/s?fieldManager=m`,
      { ...secret({ data: { a: '%%%' } }), metadata: { name: 's' } },
      APPLY,
    );
    expect(body.code).toBe(500);
    expect(body.message).toMatch(
      /\/v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0$/,
    );
  });

  it('refuse a force that forces nothing', async () => {
    const { body } = await test.call(
      'PATCH',
      `${MAPS}/x?force=true`,
      {},
      MERGE,
    );
    expect(body.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  });

  it('let custom resources have finalizers without a domain', async () => {
    await test.call(
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'things.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Cluster',
          names: { plural: 'things', kind: 'Thing' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object' } },
            },
          ],
        },
      },
    );
    await test.watch(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?watch=1',
      ({ object }) => at(object, 'status', 'acceptedNames', 'kind') === 'Thing',
    );
    const { status } = await test.call('POST', '/apis/example.com/v1/things', {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a', finalizers: ['finalizers.fluxcd.io'] },
    });
    expect(status).toBe(201);
  });

  it('keep owners once', async () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1' };
    const { body, headers } = await test.call(
      'POST',
      `${MAPS}?dryRun=All`,
      configMap('o', {}, { ownerReferences: [owner, owner] }),
    );
    expect(body.metadata).toMatchObject({ ownerReferences: [owner] });
    expect(headers.warning).toMatch(/duplicate UID\(s\) observed: 1"$/);
  });

  it('leave out what is empty', async () => {
    const { body } = await test.call('POST', `${MAPS}?dryRun=All`, {
      ...configMap('e', {}, { labels: {}, annotations: null }),
      binaryData: {},
      immutable: false,
    });
    expect(body).not.toHaveProperty('data');
    expect(body).not.toHaveProperty('binaryData');
    expect(body).not.toHaveProperty('metadata.labels');
    expect(body).toMatchObject({
      metadata: { managedFields: [{ fieldsV1: { 'f:immutable': {} } }] },
    });
  });
});
