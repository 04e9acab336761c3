import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { KubernetesObject } from '../objects';
import { validate } from './validate';
import { withDefaults } from './defaults';

function gitRepository(spec: object, metadata: object = {}) {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'podinfo', namespace: 'default', ...metadata },
    spec: { url: 'https://example.com/org/repo', interval: '1m', ...spec },
  };
}

function kustomization(spec: object) {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'podinfo', namespace: 'default' },
    spec: {
      interval: '10m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'podinfo' },
      ...spec,
    },
  };
}

function errorsOf(object: unknown): string[] {
  return validate(object).errors.map(error => error.message);
}

describe('validate', () => {
  it('says where, what and what is allowed', () => {
    expect(errorsOf(gitRepository({ interval: '10 minutes' }))).toEqual([
      'spec.interval: "10 minutes" is not allowed; expected a duration in units of ms, s, m and h, such as 10m or 1h30m',
    ]);
    expect(errorsOf(gitRepository({ timeout: '1h' }))).toEqual([
      'spec.timeout: "1h" is not allowed; expected a duration in units of ms, s and m (not h), such as 60s or 1m30s',
    ]);
    expect(errorsOf(kustomization({ prune: 'true' }))).toEqual([
      'spec.prune: "true" is not allowed; expected true or false',
    ]);
    expect(
      errorsOf(kustomization({ sourceRef: { kind: 'HelmChart', name: 'x' } })),
    ).toEqual([
      'spec.sourceRef.kind: "HelmChart" is not allowed; expected one of OCIRepository, GitRepository, Bucket, ExternalArtifact',
    ]);
    expect(errorsOf(kustomization({ prune: undefined }))).toEqual([
      'spec.prune: required, but it is missing; expected true or false',
    ]);
  });

  it('shows the short form of Git addresses that ssh users write', () => {
    expect(errorsOf(gitRepository({ url: 'git@github.com:org/repo' }))).toEqual(
      [
        'spec.url: "git@github.com:org/repo" is not allowed; expected an address that begins with http://, https:// or ssh://',
      ],
    );
  });

  it.each([
    [
      'address',
      gitRepository({ url: 'ftp://user:hunter2@example.com/?token=hunter2' }),
    ],
    ['reference', gitRepository({ secretRef: 'hunter2' })],
    [
      'variable',
      kustomization({ postBuild: { substitute: { a: { b: 'hunter2' } } } }),
    ],
    ['variables', kustomization({ postBuild: { substitute: 'hunter2' } })],
    ['patch', kustomization({ patches: [{ patch: { data: 'hunter2' } }] })],
    ['patches', kustomization({ patches: ['hunter2'] })],
    ['unknown', kustomization({ secrets: 'hunter2' })],
    [
      'provider',
      {
        apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
        kind: 'Provider',
        metadata: { name: 'a' },
        spec: { type: 'slack', address: `hunter2${'x'.repeat(3000)}` },
      },
    ],
  ])('never shows what may be secret: %s', (_, object) => {
    const result = validate(object);
    expect(result.errors.length + result.warnings.length).toBeGreaterThan(0);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('has the rules of the CRDs', () => {
    expect(errorsOf(gitRepository({ serviceAccountName: 'sa' }))).toEqual([
      "spec.serviceAccountName: needs provider 'azure' or 'aws'",
    ]);
    expect(
      errorsOf(gitRepository({ serviceAccountName: 'sa', provider: 'aws' })),
    ).toEqual([]);
    const exactlyOne =
      'spec.kubeConfig: exactly one of secretRef and configMapRef must be set';
    expect(errorsOf(kustomization({ kubeConfig: {} }))).toEqual([exactlyOne]);
    expect(
      errorsOf(
        kustomization({
          kubeConfig: { secretRef: { name: 'a' }, configMapRef: { name: 'b' } },
        }),
      ),
    ).toEqual([exactlyOne]);
  });

  it('has rules that read defaults', () => {
    const bucket = (spec: object) => ({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'Bucket',
      metadata: { name: 'a' },
      spec: { bucketName: 'b', endpoint: 'e', interval: '1m', ...spec },
    });
    expect(errorsOf(bucket({ serviceAccountName: 'sa' }))).toEqual([
      "spec.serviceAccountName: is not supported with the provider 'generic'",
    ]);
    expect(
      errorsOf(bucket({ sts: { provider: 'aws', endpoint: 'https://a' } })),
    ).toEqual([
      "spec.sts.provider: must be 'ldap' with the provider 'generic'",
    ]);
  });

  it('warns of unknown fields and guesses what was meant', () => {
    const { errors, warnings } = validate(
      kustomization({ dependson: [], helathChecks: [], xyz: 1 }),
    );
    expect(errors).toEqual([]);
    expect(warnings.map(w => w.message)).toEqual([
      'spec.dependson: there is no such field, it has no effect; did you mean dependsOn?',
      'spec.helathChecks: there is no such field, it has no effect; did you mean healthChecks?',
      'spec.xyz: there is no such field, it has no effect; remove it',
    ]);
  });

  it('names the known kinds and versions', () => {
    expect(errorsOf({ ...gitRepository({}), kind: 'GitRepo' })[0]).toContain(
      'GitRepository (source.toolkit.fluxcd.io/v1)',
    );
    expect(
      errorsOf({
        ...gitRepository({}),
        apiVersion: 'source.toolkit.fluxcd.io/v1beta2',
      }),
    ).toEqual([
      'apiVersion: "source.toolkit.fluxcd.io/v1beta2" is not served; expected source.toolkit.fluxcd.io/v1',
    ]);
  });

  it.each([
    ['upper case', { name: 'Podinfo' }, 'metadata.name'],
    ['length', { name: 'a'.repeat(254) }, 'metadata.name'],
    ['namespace', { namespace: 'a.b' }, 'metadata.namespace'],
    ['label', { labels: { a: 'b c' } }, 'metadata.labels.a'],
    ['label key', { labels: { 'a b': 'c' } }, 'metadata.labels["a b"]'],
    ['annotation', { annotations: { a: true } }, 'metadata.annotations.a'],
  ])('checks metadata: %s', (_, metadata, path) => {
    expect(validate(gitRepository({}, metadata)).errors).toEqual([
      expect.objectContaining({ path }),
    ]);
  });

  it.each([
    null,
    undefined,
    17,
    'text',
    [],
    {},
    { apiVersion: 1, kind: {} },
    { apiVersion: '', kind: '', metadata: null, spec: null },
    { ...gitRepository({}), spec: 'text', status: [] },
    parseYaml('{__proto__: {a: 1}, constructor: 1, spec: {__proto__: 2}}'),
  ])('never throws: %p', object => {
    expect(validate(object).errors.length).toBeGreaterThan(0);
  });

  it('reads inherited names as unknown fields', () => {
    const spec = parseYaml(
      '{url: "https://a", interval: 1m, constructor: {}, toString: 1, __proto__: 2}',
    ) as object;
    const result = validate({ ...gitRepository({}), spec });
    expect(result.errors).toEqual([]);
    expect(result.warnings.map(w => w.path).sort()).toEqual([
      'spec.__proto__',
      'spec.constructor',
      'spec.toString',
    ]);
  });

  it('stops after a hundred findings', () => {
    const patches = Array(100_000).fill(1);
    expect(validate(kustomization({ patches })).errors.length).toBe(100);
  });
});

describe('withDefaults', () => {
  it('does as the API server does', () => {
    const object: KubernetesObject = kustomization({
      path: null,
      unknown: 1,
      postBuild: {
        substitute: { a: 'b', c: null },
        substituteFrom: [{ kind: 'Secret', name: 's', typo: true }],
      },
    });
    expect(withDefaults(object)).toEqual({
      ...object,
      spec: {
        interval: '10m',
        prune: true,
        force: false,
        sourceRef: { kind: 'GitRepository', name: 'podinfo' },
        postBuild: {
          substitute: { a: 'b' },
          substituteFrom: [{ kind: 'Secret', name: 's', optional: false }],
        },
      },
      status: { observedGeneration: -1 },
    });
  });

  it('fills in what is below a default', () => {
    const object = withDefaults<KubernetesObject>({
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageUpdateAutomation',
      metadata: { name: 'a' },
      spec: { interval: '1m', update: {}, sourceRef: { name: 'x' } },
    });
    expect(object.spec).toEqual({
      interval: '1m',
      update: { strategy: 'Setters' },
      sourceRef: { kind: 'GitRepository', name: 'x' },
    });
  });

  it('leaves objects of others alone', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
    };
    expect(withDefaults(object)).toBe(object);
  });
});
