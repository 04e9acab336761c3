import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';
import { NotifiedOwners } from './NotifiedOwners';

const component = (name: string, owner: string, id?: string): Entity => ({
  ...{ apiVersion: 'backstage.io/v1alpha1', kind: 'Component' },
  metadata: {
    ...{ name, namespace: 'default' },
    annotations: id ? { 'backstage.io/kubernetes-id': id } : {},
  },
  relations: [{ type: 'ownedBy', targetRef: owner }],
});

describe('NotifiedOwners', () => {
  const labels: Record<string, string> = { game: 'game-id', broken: '' };
  const client = {
    get: async ({ name }: { name: string }) => {
      if (name === 'broken') {
        throw new Error('forbidden');
      }
      return {
        metadata: {
          name,
          labels: { 'backstage.io/kubernetes-id': labels[name] },
        },
      };
    },
  } as unknown as ClusterClient;
  const home = new Home({
    ...{ name: 'demo', mode: 'reconcile', client },
    allowPortalCredential: false,
  });
  const owners = new NotifiedOwners({
    homes: new Homes([home]),
    owners: {
      ownerOf: (_, { metadata }) =>
        metadata.annotations?.[GitopsAnnotation.owner],
    },
    catalog: catalogServiceMock({
      entities: [
        component('game', 'group:default/game', 'game-id'),
        component('named', 'group:default/named'),
        component('else', 'group:default/else', 'else-id'),
      ],
    }),
    auth: mockServices.auth(),
    logger: mockServices.logger.mock(),
  });

  const told = (annotations: Record<string, string>, ids: string[]) => {
    const object: GitopsObject = {
      ...{
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
      },
      metadata: { name: 'app', namespace: 'team', annotations },
      spec: {},
      status: { inventory: { entries: ids.map(id => ({ id, v: 'v1' })) } },
    } as GitopsObject;
    home.cache.set(object, []);
    const { apiVersion, kind } = object;
    return owners.recipientsOf({
      home: 'demo',
      alert: { namespace: 'team', name: 'a', uid: 'u' },
      event: {
        involvedObject: { apiVersion, kind, namespace: 'team', name: 'app' },
        ...{ severity: 'error', timestamp: '2026-11-23T10:00:00Z' },
        ...{ message: 'm', reason: 'r', reportingController: 'c' },
      },
    });
  };

  it('are the owner of the object and of the Components that it names and delivers', async () => {
    expect(
      await told(
        {
          [GitopsAnnotation.owner]: 'group:default/own',
          [GitopsAnnotation.component]: 'component:default/named',
        },
        ['team_game_apps_Deployment', 'team_broken_apps_Deployment'],
      ),
    ).toEqual([
      'group:default/game',
      'group:default/named',
      'group:default/own',
    ]);
  });

  it('are nobody where nothing says whose it is', async () => {
    expect(await told({}, ['team_other__Secret'])).toEqual([]);
  });
});
