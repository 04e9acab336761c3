// Servers: the sandbox's Kubernetes API and Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

type Definition = KubernetesObject & {
  spec: { names: { shortNames?: string[] } };
};

const definition = (plural: string, shortName: string) =>
  `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.example.test}
spec:
  group: example.test
  scope: Namespaced
  names: {plural: ${plural}, singular: ${plural.slice(0, -1)}, kind: ${plural[0].toUpperCase()}${plural.slice(1, -1)}, shortNames: [${shortName}]}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

const thing = `{{ if .Values.thing }}
apiVersion: example.test/v1
kind: Thing
metadata: {name: "{{ .Release.Name }}"}
{{ end }}
`;

describe('definitions in a chart', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  const files = (shortName: string) => ({
    'crds/things.yaml': definition('things', shortName),
    'crds/notes.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stray}\n',
    'templates/thing.yaml': thing,
  });
  const read = () =>
    scene.read<Definition>(
      'CustomResourceDefinition',
      'things.example.test',
      'apiextensions.k8s.io/v1',
    );
  const shortNames = async () => (await read())?.spec.names.shortNames;

  beforeEach(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: files('one'),
    });
  });
  afterEach(() => scene?.stop());

  it('are made before what is of their kinds, and stay when the release goes', async () => {
    await scene.apply('made', { values: { thing: true } });
    await scene.released('made');
    expect(await shortNames()).toEqual(['one']);
    expect((await read())?.metadata.labels).toMatchObject({
      'helm.toolkit.fluxcd.io/name': 'made',
      'helm.toolkit.fluxcd.io/namespace': 'default',
    });
    expect(await scene.read('Thing', 'made', 'example.test/v1')).toBeDefined();
    // What else lies there is none.
    expect(await scene.read('ConfigMap', 'stray')).toBeUndefined();
    await scene.world.client.delete(scene.ref('made'));
    await scene.gone('made');
    expect(await shortNames()).toEqual(['one']);
  });

  it.each<[NonNullable<HelmRelease['spec']['upgrade']>['crds'], string]>([
    [undefined, 'one'],
    ['Create', 'one'],
    ['Skip', 'one'],
    ['CreateReplace', 'two'],
  ])(
    'are replaced by an upgrade only where that is wanted: %s',
    async (crds, shortName) => {
      await scene.apply('game');
      await scene.released('game');
      await scene.apply('game', { upgrade: { crds } });
      await scene.commit('0.2.0', files('two'));
      await scene.released('game', '0.2.0');
      expect(await shortNames()).toEqual([shortName]);
    },
  );

  it('are left out where that is wanted', async () => {
    await scene.apply('none', { install: { crds: 'Skip' } });
    await scene.released('none');
    expect(await read()).toBeUndefined();
  });

  it('of somebody else stay as they are, or are taken over', async () => {
    const foreign = JSON.parse(
      JSON.stringify(
        await scene.world.apply<Definition>({
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'things.example.test' },
          spec: {
            group: 'example.test',
            scope: 'Namespaced',
            names: {
              ...{ plural: 'things', singular: 'thing', kind: 'Thing' },
              shortNames: ['theirs'],
            },
            versions: [
              {
                ...{ name: 'v1', served: true, storage: true },
                schema: { openAPIV3Schema: { type: 'object' } },
              },
            ],
          },
        } as Definition),
      ),
    ) as Definition;
    expect(foreign.spec.names.shortNames).toEqual(['theirs']);
    await scene.apply('kept', { values: { thing: true } });
    await scene.released('kept');
    expect(await shortNames()).toEqual(['theirs']);
    await scene.apply('taken', { install: { crds: 'CreateReplace' } });
    await scene.released('taken');
    expect(await shortNames()).toEqual(['one']);
  });

  it('that the cluster refuses fail the install, and say why', async () => {
    await scene.commit('0.2.0', {
      ...files('one'),
      'crds/things.yaml': definition('things', 'one').replace(
        'name: things.example.test',
        'name: others.example.test',
      ),
    });
    await scene.apply('refused');
    await scene.failed(
      'refused',
      'InstallFailed',
      /the definition others\.example\.test of game\/crds\/things\.yaml could not be applied/,
    );
    expect(await scene.revisions('refused')).toEqual([]);
  });
});
