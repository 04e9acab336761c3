import {
  crdOf,
  GitopsObject,
  helmReleaseKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { World } from '../__testUtils__/world';
import { Home } from './Home';
import { KindView } from './KindView';

const CRD = 'helmreleases.helm.toolkit.fluxcd.io';

const release = (name: string, version = 'v2') => ({
  apiVersion: `helm.toolkit.fluxcd.io/${version}`,
  kind: 'HelmRelease',
  metadata: { name, namespace: 'default' },
  spec: {
    interval: '1h',
    chartRef: { kind: 'OCIRepository', name: 'charts' },
  },
});

describe('a kind that is shown and not reconciled', () => {
  let world: World;
  let home: Home;
  let stop: AbortController;
  let running: Promise<void>;
  let seen: string[];
  let listeners: (() => void)[];

  beforeEach(async () => {
    world = await World.start();
    ({ home } = world.homeNamed('demo', 'observe'));
    home.expectKinds(['HelmRelease']);
    stop = new AbortController();
    seen = [];
    listeners = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await home.client.close();
    await world.stop();
  });

  const view = () => {
    running = new KindView({
      home,
      kind: helmReleaseKind,
      logger: world.logger,
      absentMs: 20,
      onChange: (_, { metadata }) => {
        seen.push(metadata.name);
        listeners.splice(0).forEach(listener => listener());
      },
    }).run(stop.signal);
  };

  const nextChange = () =>
    new Promise<void>(resolve => {
      listeners.push(resolve);
    });

  const until = async (wanted: () => boolean) => {
    while (!wanted()) {
      await nextChange();
    }
  };

  const names = () =>
    home.cache.list('HelmRelease').map(({ metadata }) => metadata.name);

  /** Establishes the CRD with one version only. */
  const serve = async (version: string) => {
    const crd = crdOf(helmReleaseKind) as KubernetesObject & {
      spec: { versions: { name: string }[] };
    };
    const [first] = crd.spec.versions;
    await world.apply({
      ...crd,
      spec: { ...crd.spec, versions: [{ ...first, name: version }] },
    });
    await world.until<KubernetesObject>(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: CRD,
      },
      found => JSON.stringify(found?.status ?? '').includes('"Established"'),
    );
  };

  it('is followed, in the version that the home serves', async () => {
    await serve('v2beta2');
    await world.apply(release('before', 'v2beta2'));
    view();
    await until(() => names().includes('before'));
    expect(home.isListed).toBe(true);
    await world.apply(release('after', 'v2beta2'));
    await until(() => names().length === 2);
    await world.client.delete({
      ...release('before', 'v2beta2'),
      namespace: 'default',
      name: 'before',
    });
    await until(() => names().join() === 'after');
    const [object] = home.cache.list('HelmRelease') as GitopsObject[];
    expect(object.apiVersion).toBe('helm.toolkit.fluxcd.io/v2beta2');
    expect(seen).toEqual(expect.arrayContaining(['before', 'after']));
  });

  it('may not be there, may come, and may go', async () => {
    view();
    await serve('v2');
    await world.apply(release('first'));
    await until(() => names().includes('first'));
    await world.client.delete({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: CRD,
    });
    await until(() => names().length === 0);
    expect(home.state.error).toBeUndefined();
  });
});
