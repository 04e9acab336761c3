import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const ofCluster = (kind: 'ConfigMap' | 'Secret', data: object) =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { namespace: 'default' },
    ...data,
  }) as unknown as KubernetesObject;

describe('HelmReleases with bad input', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: {
        'values.schema.json': JSON.stringify({
          properties: { value: { type: 'string' } },
        }),
        'templates/bad.yaml':
          '{{ with .Values.bad }}\n{{ fail (printf "bad value %s" .) }}\n{{ end }}\n',
        'templates/big.yaml': `{{ with .Values.size }}
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ $.Release.Name }}-big"}
data: {value: {{ randAlphaNum (int .) | quote }}}
{{ end }}
`,
        'templates/unknown.yaml':
          '{{ with .Values.unknown }}\napiVersion: example.test/v1\nkind: Thing\nmetadata: {name: x}\n{{ end }}\n',
      },
    });
  });

  afterAll(() => scene?.stop());

  const put = (object: KubernetesObject, name: string) =>
    scene.world.apply({
      ...object,
      metadata: { ...object.metadata, name },
    } as KubernetesObject);

  it('a reference to values that are not there', async () => {
    const valuesFrom = [{ kind: 'ConfigMap' as const, name: 'more' }];
    await scene.apply('missing', { valuesFrom });
    const object = await scene.failed('missing', 'ValuesError');
    expect(conditionOf(object, 'Ready')?.[2]).toBe(
      "could not resolve ConfigMap chart values reference 'more' with key 'values.yaml': resource not found; create the ConfigMap, or mark the reference as optional",
    );
    await put(
      ofCluster('ConfigMap', { data: { 'values.yaml': 'value: m' } }),
      'more',
    );
    await scene.reconcile('missing');
    await scene.released('missing');
    expect(await scene.value('missing')).toBe('m');
  });

  it('values that are no mapping', async () => {
    await put(
      ofCluster('ConfigMap', { data: { 'values.yaml': '- a' } }),
      'list',
    );
    await scene.apply('list', {
      valuesFrom: [{ kind: 'ConfigMap', name: 'list' }],
    });
    const object = await scene.failed(
      'list',
      'ValuesError',
      /it is no YAML, or no mapping/,
    );
    expect(object.status?.history).toBeUndefined();
  });

  it('values that break the schema of the chart', async () => {
    await scene.apply('schema', { values: { value: 1 } });
    const object = await scene.failed('schema', 'InstallFailed', /value/);
    expect(conditionOf(object, 'Ready')?.[2]).toMatch(
      /values don't meet the specifications of the schema.*game/s,
    );
    expect(await scene.revisions('schema')).toEqual([]);
    expect(conditionOf(object, 'Reconciling')?.[1]).toBe(
      'ProgressingWithRetry',
    );
  });

  it('values that nobody wants to be checked', async () => {
    const install = {
      disableSchemaValidation: true,
      disableOpenAPIValidation: true,
    };
    await scene.apply('unchecked', { install, values: { value: 1 } });
    await scene.released('unchecked');
    expect(await scene.value('unchecked')).toBe('1');
    await scene.apply('unchecked', { install, values: { value: 2 } });
    await scene.failed('unchecked', 'UpgradeFailed', /schema/);
    const upgrade = { disableSchemaValidation: true };
    await scene.apply('unchecked', { upgrade, values: { value: 2 } });
    await scene.released('unchecked');
    expect(await scene.value('unchecked')).toBe('2');
  });

  it('templates that fail, with file and line, and without Secrets', async () => {
    await put(
      ofCluster('Secret', {
        stringData: { 'values.yaml': 'bad: s3cr3t-value' },
      }),
      'secret',
    );
    await scene.apply('template', {
      valuesFrom: [{ kind: 'Secret', name: 'secret' }],
    });
    const object = await scene.failed('template', 'InstallFailed');
    const message = conditionOf(object, 'Ready')?.[2];
    expect(message).toContain('game/templates/bad.yaml:2:');
    expect(message).toContain('bad value ***');
    expect(JSON.stringify(object.status)).not.toContain('s3cr3t');
    expect((await scene.events('template')).join()).not.toContain('s3cr3t');
  });

  it('kinds that the cluster does not serve', async () => {
    await scene.apply('unknown', { values: { unknown: true } });
    await scene.failed(
      'unknown',
      'InstallFailed',
      /no matches for kind "Thing"/,
    );
    expect(await scene.revisions('unknown')).toEqual([]);
  });

  it('a release that is too large to be recorded', async () => {
    await scene.apply('large', { values: { size: 1_600_000 } });
    await scene.failed('large', 'InstallFailed', /too large to be stored/);
    expect(await scene.revisions('large')).toEqual([]);
  });

  it('hooks that never end', async () => {
    await scene.apply('endless', {
      values: { hook: 'progressing' },
      install: { timeout: '2s' },
    });
    const object = await scene.stalled('endless', 'RetriesExceeded');
    expect(conditionOf(object, 'Ready')?.[1]).toBe('InstallFailed');
    expect(conditionOf(object, 'Ready')?.[2]).toMatch(/hook/);
    expect(await scene.value('endless')).toBeUndefined();
    expect(await scene.revisions('endless')).toEqual(['1 failed']);
  });

  it('objects of somebody else, where they may not be taken over', async () => {
    await put(ofCluster('ConfigMap', { data: {} }), 'owned');
    await scene.apply('owned', { install: { disableTakeOwnership: true } });
    const object = await scene.failed(
      'owned',
      'InstallFailed',
      /ConfigMap "owned" in namespace "default" exists and cannot be imported/,
    );
    expect(object.status?.history).toBeUndefined();
  });

  it('a chart that is not there', async () => {
    await scene.apply('chartless', {
      chart: {
        spec: {
          chart: './charts/none',
          sourceRef: { kind: 'GitRepository', name: 'repo' },
        },
      },
    });
    const object = await scene.failed('chartless', 'SourceNotReady', /none/);
    expect(object.status?.history).toBeUndefined();
  });

  it('a version that is not there', async () => {
    await scene.apply('versionless', {
      chart: {
        spec: {
          chart: './charts/game',
          version: '>=7',
          sourceRef: { kind: 'GitRepository', name: 'nowhere' },
        },
      },
    });
    const object = await scene.failed('versionless', 'SourceNotReady');
    expect(object.status?.history).toBeUndefined();
  });

  it('expressions that are none', async () => {
    await scene.apply('expression', {
      healthCheckExprs: [
        { apiVersion: 'example.test/v1', kind: 'Thing', current: 'status.(' },
      ],
    });
    const object = await scene.stalled('expression', 'InvalidCELExpression');
    expect(object.status?.observedGeneration).toBe(1);
  });

  it('dependencies that are a cycle', async () => {
    await scene.apply('one', { dependsOn: [{ name: 'two' }] });
    await scene.apply('two', { dependsOn: [{ name: 'one' }] });
    const object = await scene.failed(
      'two',
      'DependencyNotReady',
      /the dependencies are a cycle/,
    );
    expect(object.status?.history).toBeUndefined();
  });
});
