import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import {
  GitopsObject,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { Router } from 'express';
import { createEntitiesService } from '../../plugins/gitops-backend/src/api/createEntitiesService';
import { readEntitiesQuery } from '../../plugins/gitops-backend/src/api/http/readRequest';
import { Home } from '../../plugins/gitops-backend/src/homes/Home';
import { Homes } from '../../plugins/gitops-backend/src/homes/Homes';
import { ObjectOwners } from '../../plugins/gitops-backend/src/owners/ObjectOwners';

/**
 * A backend of its own with what the gitops plugin publishes of a home in
 * memory. Sends its port, makes an object on each message, and ends with its
 * parent.
 */
const [objects, catalogPort] = process.argv.slice(2).map(Number);
const PORT = catalogPort + 1;

const home = new Home({
  name: 'bench',
  mode: 'observe',
  // Nothing asks the cluster: its objects are in the cache.
  client: {} as ClusterClient,
  allowPortalCredential: false,
});

function put(object: GitopsObject): void {
  home.cache.set(object, []);
}

const kustomization = (name: string, source: string): GitopsObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name,
    namespace: 'default',
    annotations: { 'backstage-gitops.io/owner': 'group:default/bench' },
  },
  spec: {
    interval: '5m0s',
    path: './deploy',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: source },
  },
});

const gitRepository = (name: string): GitopsObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace: 'default' },
  spec: { interval: '1m0s', url: `https://git.example/${name}.git` },
});

const plugin = createBackendPlugin({
  pluginId: 'gitops',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
      },
      async init({ auth, httpAuth, httpRouter }) {
        const entities = createEntitiesService({
          homes: new Homes([home]),
          publish: { kinds: new Set(gitopsKinds.map(({ kind }) => kind)) },
          naming: [{ name: 'bench', bare: true }],
          claims: [],
          owners: new ObjectOwners(),
          rawHosts: [],
          registrations: { objectIds: async () => new Set() },
          errors: { list: async () => [] },
          knowsRegistrations: () => true,
          auth,
        });
        const router = Router();
        router.get('/entities', (request, response, next) => {
          httpAuth
            .credentials(request, { allow: ['service'] })
            .then(credentials =>
              entities.list(readEntitiesQuery(request), { credentials }),
            )
            .then(answer => response.json(answer), next);
        });
        httpRouter.use(router);
      },
    });
  },
});

async function main() {
  // With a channel, databases in memory would ask the parent for what they held.
  const send = process.send?.bind(process);
  process.send = undefined;
  for (let i = 0; i < objects / 2; i++) {
    put(gitRepository(`source-${i}`));
    put(kustomization(`app-${i}`, `source-${i}`));
  }
  home.expectKinds([]);
  home.markConnected();
  const backend = createBackend();
  backend.add(
    createServiceFactory({
      service: coreServices.rootConfig,
      deps: {},
      factory: () =>
        new ConfigReader({
          backend: {
            baseUrl: `http://127.0.0.1:${PORT}`,
            listen: { host: '127.0.0.1', port: PORT },
            database: { client: 'better-sqlite3', connection: ':memory:' },
          },
          discovery: {
            endpoints: [
              {
                target: `http://127.0.0.1:${catalogPort}/api/{{pluginId}}`,
                plugins: ['catalog'],
              },
            ],
          },
        }),
    }),
  );
  backend.add(plugin);
  await backend.start();
  process.on('message', ({ change }: { change: string }) => {
    put(kustomization(change, 'source-0'));
  });
  process.once('disconnect', () => process.exit(0));
  send?.({ port: PORT });
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exit(1);
});
