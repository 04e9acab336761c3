import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { deliveryWorld } from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(180_000);

const PATIENCE = 90_000;

/** A release as it was written for Flux of years ago, with a chart beside it. */
const FILES = {
  'app/release.yaml': `
apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata: {name: game, namespace: default}
spec:
  interval: 10m
  chart:
    spec:
      chart: ./charts/game
      version: ">=1.2.0"
      sourceRef: {kind: GitRepository, name: repo}
  values: {replicaCount: 3}
`,
  'charts/game/Chart.yaml': 'apiVersion: v2\nname: game\nversion: 1.2.3\n',
  'charts/game/values.yaml': 'replicaCount: 1\n',
  'charts/game/templates/deployment.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: game}}
  template:
    metadata: {labels: {app: game}}
    spec: {containers: [{name: game, image: "example.test/game:1"}]}
`,
};

describe('HelmReleases of older versions', () => {
  const databases = migratedDatabases();
  let world: World;

  afterEach(async () => {
    await world?.stop();
  });

  it('are released from a chart in Git, by a Kustomization', async () => {
    world = await deliveryWorld(databases('SQLITE_3'), FILES);
    await world.apply(kustomization());
    const ref = { namespace: 'default', name: 'game' };
    const release = await world.until<HelmRelease>(
      { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', ...ref },
      object => readyOf(object)?.status === 'True',
      PATIENCE,
    );
    expect(release.status).toMatchObject({
      helmChart: 'default/default-game',
      history: [{ name: 'game', chartVersion: '1.2.3', status: 'deployed' }],
    });
    expect(
      await world.client.get<KubernetesObject>({
        ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
        ...ref,
      }),
    ).toMatchObject({ spec: { replicas: 3 } });
  });
});
