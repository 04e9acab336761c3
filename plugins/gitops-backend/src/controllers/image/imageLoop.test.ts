// Servers: the sandbox's Kubernetes API and its Git server, which is a real git
// http-backend; the registry is named in each test.
import {
  imagePolicyKind,
  imageRepositoryKind,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, kustomization, World } from '../../__testUtils__/world';
import { pushImage } from '../../registries/__testUtils__/pushImage';
import {
  RegistryTestServer,
  registryTestServers,
} from '../../registries/__testUtils__/registryTestServers';
import { automationSpec } from './__testUtils__/AutomationScene';

jest.setTimeout(240_000);

const manifest = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: game
  namespace: default
spec:
  selector: { matchLabels: { app: game } }
  template:
    metadata: { labels: { app: game } }
    spec:
      containers:
        - name: game
          image: ${image} # {"$imagepolicy": "default:game"}
`;

describe.each(registryTestServers)('a tag pushed to %s', (_, start) => {
  const init = migratedDatabases();
  let world: World;
  let registry: RegistryTestServer;

  beforeAll(async () => {
    registry = await start();
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds(
      'kustomizations.kustomize.toolkit.fluxcd.io',
      'imagepolicies.image.toolkit.fluxcd.io',
      'imageupdateautomations.image.toolkit.fluxcd.io',
    );
  });
  afterAll(async () => {
    await world?.stop();
    await registry?.stop();
  });

  const push = (tag: string) =>
    pushImage(
      registry,
      'game',
      {
        layers: [
          {
            mediaType: 'application/vnd.oci.image.layer.v1.tar',
            content: Buffer.from(tag),
          },
        ],
      },
      tag,
    );

  it('is found, chosen, committed, fetched and delivered', async () => {
    const image = `${registry.address}/game`;
    const { git } = world.sandbox;
    await push('v1');
    const { url } = await git.createRepository('team/game', {
      'app/deployment.yaml': manifest(`${image}:v1`),
    });
    await world.apply(gitRepository(url, {}, 'game'));
    await world.apply(
      kustomization(
        { sourceRef: { kind: 'GitRepository', name: 'game' } },
        'game',
      ),
    );
    const metadata = { name: 'game', namespace: 'default' };
    const { apiVersion } = imageRepositoryKind;
    const repository = {
      ...{ apiVersion, kind: imageRepositoryKind.kind, metadata },
      spec: { image, interval: '1h', insecure: true },
    };
    await world.apply(repository);
    await world.apply({
      ...{ apiVersion, kind: imagePolicyKind.kind, metadata },
      spec: {
        imageRepositoryRef: { name: 'game' },
        filterTags: { pattern: '^v(?P<n>[0-9]+)$', extract: '$n' },
        policy: { numerical: { order: 'asc' } },
      },
    });
    await world.apply({
      ...{ apiVersion, kind: 'ImageUpdateAutomation', metadata },
      spec: automationSpec('game'),
    });
    const delivered = (tag: string) =>
      world.until<KubernetesObject & { spec?: object }>(
        { apiVersion: 'apps/v1', kind: 'Deployment', ...metadata },
        found => JSON.stringify(found?.spec ?? {}).includes(`${image}:${tag}"`),
        120_000,
      );
    await delivered('v1');

    await push('v2');
    await world.apply({
      ...repository,
      metadata: {
        ...metadata,
        annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
      },
    });
    await delivered('v2');

    expect(
      (await git.read('team/game', 'app/deployment.yaml')).toString(),
    ).toBe(manifest(`${image}:v2`));
    const commit = await git.revision('team/game', 'main');
    const last = await world.until<Kustomization>(
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        ...metadata,
      },
      found => found?.status?.lastAppliedRevision === `main@sha1:${commit}`,
    );
    expect(last.status?.lastAttemptedRevision).toBe(`main@sha1:${commit}`);
    const [portal] = world.running;
    const [pushed] = await portal.pushes.list(
      'demo/image.toolkit.fluxcd.io/ImageUpdateAutomation/default/game',
      { limit: 9 },
    );
    expect(pushed).toMatchObject({
      commit,
      changes: [{ oldValue: `${image}:v1`, newValue: `${image}:v2` }],
    });
  });
});
