import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockServices,
  startTestBackend,
  TestBackend,
} from '@backstage/backend-test-utils';
import { ANNOTATION_LOCATION, Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { JsonObject } from '@backstage/types';
import catalogModuleGitops from '@backstage-gitops/plugin-catalog-backend-module-gitops';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import request from 'supertest';
import { gitRepository, kustomization, World } from '../__testUtils__/world';
import { installCrds } from '../homes/installCrds';
import { gitopsPlugin } from '../plugin';

jest.setTimeout(240_000);

const PUBLISHED = 'gitops-home:demo';
const LONG = `app-${'x'.repeat(80)}`;

describe('catalog and gitops in two backends', () => {
  /** Where each plugin is just now; nothing but HTTP connects the two. */
  const addresses = new Map<string, string>();
  const discovery = createServiceFactory({
    service: coreServices.discovery,
    deps: {},
    factory: () => {
      const find = async (id: string) => {
        const address = addresses.get(id);
        if (!address) {
          throw new Error(`nobody knows where ${id} is`);
        }
        return address;
      };
      return {
        getBaseUrl: find,
        getExternalBaseUrl: async id => `http://portal.test/api/${id}`,
      };
    },
  });
  let world: World;
  let directory: string;
  let fileUrl: string;
  let catalog: TestBackend;
  let gitops: TestBackend | undefined;
  let config: JsonObject;

  beforeAll(async () => {
    world = await World.start();
    directory = await mkdtemp(path.join(tmpdir(), 'two-backends-'));
    const kubeconfig = path.join(directory, 'kubeconfig');
    await writeFile(kubeconfig, world.sandbox.kubernetes.kubeconfig);
    await installCrds({
      client: world.client,
      kinds: gitopsKinds,
      logger: mockServices.logger.mock(),
    });
    const { git } = world.sandbox;
    const { url } = await git.createRepository('team/game', {
      'app.yaml': JSON.stringify(kustomization()),
    });
    const { host } = new URL(git.url);
    fileUrl = `${git.url}/raw/team/game/main/app.yaml`;
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    await world.apply({
      ...kustomization(),
      metadata: { name: LONG, namespace: 'default' },
    });
    config = {
      backend: { reading: { allow: [{ host }] } },
      catalog: {
        processingInterval: { seconds: 2 },
        rules: [{ allow: ['Location', 'Kustomization', 'GitRepository'] }],
        stitchingStrategy: {
          mode: 'deferred',
          pollingInterval: { milliseconds: 100 },
        },
      },
      gitops: {
        artifacts: { directory: path.join(directory, 'artifacts') },
        homes: [
          {
            name: 'demo',
            bare: true,
            mode: 'observe',
            kubeconfig: { path: kubeconfig },
          },
        ],
        claims: [
          {
            location: { host, repository: 'team/game', ref: 'main' },
            home: 'demo',
            namespaces: ['default'],
            owner: 'group:default/team-game',
          },
        ],
        catalog: {
          rawHosts: [host],
          pollInterval: { milliseconds: 500 },
          orphanAfter: { seconds: 0 },
        },
      },
    };
    catalog = await start('catalog', [catalogPlugin, catalogModuleGitops]);
    gitops = await start('gitops', [gitopsPlugin]);
  });

  afterAll(async () => {
    await gitops?.stop();
    await catalog.stop();
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(
    pluginId: string,
    features: NonNullable<Parameters<typeof startTestBackend>[0]['features']>,
  ): Promise<TestBackend> {
    const backend = await startTestBackend({
      features: [
        ...features,
        discovery,
        mockServices.rootConfig.factory({ data: config }),
        // The doctor asks which plugins there are; a test backend does not say.
        mockServices.rootSystemMetadata.factory(),
      ],
    });
    addresses.set(
      pluginId,
      `http://localhost:${backend.server.port()}/api/${pluginId}`,
    );
    return backend;
  }

  /** The entities of Flux's kinds by name, once they are as wanted. */
  async function entitiesOnce(
    wanted: (entities: ReadonlyMap<string, Entity>) => boolean,
  ): Promise<ReadonlyMap<string, Entity>> {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const { body } = await request(catalog.server).get(
        '/api/catalog/entities?filter=kind=kustomization&filter=kind=gitrepository',
      );
      const found = new Map(
        (body as Entity[]).map(entity => [
          `${entity.kind}/${entity.metadata.name}`,
          entity,
        ]),
      );
      if (wanted(found) || Date.now() > deadline) {
        return found;
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  async function registrationOnce(ref: string): Promise<unknown> {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const { body } = await request(gitops!.server).get(
        `/api/gitops/registrations/${ref}`,
      );
      if ((body.state && body.state !== 'New') || Date.now() > deadline) {
        return body;
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  const locationOf = (entity?: Entity) =>
    entity?.metadata.annotations?.[ANNOTATION_LOCATION];

  it('publish what is observed, and follow what changes', async () => {
    const entities = await entitiesOnce(
      found =>
        found.size === 3 &&
        (found.get('Kustomization/app')?.relations ?? []).length > 1,
    );
    const [long] = [...entities.keys()].filter(name => name.includes('__'));
    expect([...entities.keys()].sort()).toEqual(
      ['GitRepository/repo', 'Kustomization/app', long].sort(),
    );
    expect(entities.get(long)?.metadata.annotations).toMatchObject({
      'backstage-gitops.io/home': 'demo',
      'backstage-gitops.io/object-name': LONG,
      [ANNOTATION_LOCATION]: PUBLISHED,
    });
    const app = entities.get('Kustomization/app')!;
    expect(
      app.relations?.map(({ type, targetRef }) => `${type} ${targetRef}`),
    ).toEqual(
      expect.arrayContaining([
        'dependsOn gitrepository:default/repo',
        'ownedBy group:default/team-game',
      ]),
    );
    expect(Object.keys(app.spec ?? {}).sort()).toEqual([
      'owner',
      'sources',
      'type',
    ]);

    await world.client.delete({ ...kustomization(), ...refOf(LONG) });
    await world.apply({
      ...kustomization(),
      metadata: { name: 'new', namespace: 'default' },
    });
    const after = await entitiesOnce(
      found => !found.has(long) && found.has('Kustomization/new'),
    );
    expect([...after.keys()].sort()).toEqual([
      'GitRepository/repo',
      'Kustomization/app',
      'Kustomization/new',
    ]);
  });

  it('hand an entity over to the file that a claim admits, and take it back', async () => {
    const { status, body } = await request(catalog.server)
      .post('/api/catalog/locations')
      .send({ type: 'url', target: fileUrl });
    expect(status).toBe(201);
    const registered = await entitiesOnce(
      found => locationOf(found.get('Kustomization/app')) === `url:${fileUrl}`,
    );
    expect(locationOf(registered.get('Kustomization/app'))).toBe(
      `url:${fileUrl}`,
    );
    expect(registered.size).toBe(3);
    expect(await registrationOnce('kustomization/default/app')).toMatchObject({
      // It is known, whatever becomes of it in a home that is only observed.
      state: 'Rejected',
      code: 'HomeObserved',
    });

    await request(catalog.server)
      .delete(`/api/catalog/locations/${body.location.id}`)
      .expect(204);
    const back = await entitiesOnce(
      found => locationOf(found.get('Kustomization/app')) === PUBLISHED,
    );
    expect(locationOf(back.get('Kustomization/app'))).toBe(PUBLISHED);
  });

  it('lose nothing while the gitops backend is away', async () => {
    await gitops?.stop();
    gitops = undefined;
    await world.client.delete({ ...kustomization(), ...refOf('new') });
    const entities = await entitiesOnce(() => true);
    expect(entities.size).toBe(3);
    gitops = await start('gitops', [gitopsPlugin]);
    const after = await entitiesOnce(found => found.size === 2);
    expect([...after.keys()].sort()).toEqual([
      'GitRepository/repo',
      'Kustomization/app',
    ]);
  });
});

function refOf(name: string) {
  return { name, namespace: 'default' };
}
