import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  crdOf,
  providerKind,
  RegistrationRow,
} from '@backstage-gitops/plugin-gitops-common';
import { createRegistrationsService } from '../api/createRegistrationsService';
import { ObjectIndex } from '../api/objects/ObjectIndex';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { Homes } from '../homes/Homes';
import { CatalogSide } from './createRegistrar';
import {
  FILE,
  GAME_APP,
  GITOPS,
  registrarWorld,
} from './__testUtils__/registrarWorld';
import { TestCatalog } from './__testUtils__/TestCatalog';

jest.setTimeout(60_000);

/** What people are told of what registrars really decide. */
describe('the reason why a manifest is not applied', () => {
  const database = migratedDatabases();
  const world = registrarWorld();
  const { register } = world;

  const tell = async (side: CatalogSide): Promise<RegistrationRow> =>
    createRegistrationsService({
      index: new ObjectIndex({ homes: new Homes([world.home]) }),
      ...side,
      permissions: mockServices.permissions({ result: 'ALLOW' }),
      authorizer: () => false,
    }).get('kustomization:default/game-app', {
      credentials: mockCredentials.user(),
      actor: 'user:default/mock',
    });

  it.each(testDatabaseIds)(
    'comes with the claim that admits it (%s)',
    async databaseId => {
      const knex = await database(databaseId);
      const { side } = await register(knex, GAME_APP, {
        ...GITOPS,
        claims: [],
      });
      const waiting = await tell(side);
      expect(waiting).toMatchObject({
        state: 'PendingApproval',
        code: 'NoClaim',
      });
      const { needsServiceAccount, ...claim } = waiting.suggestedClaim!;
      expect(needsServiceAccount).toBe(false);

      const claimed = new TestCatalog({ ...GITOPS, claims: [claim] });
      claimed.files.set(FILE, GAME_APP);
      await claimed.refresh();
      const restarted = claimed.registrar(knex, [world.home]);
      await restarted.registrar.run();
      const applied = await tell(restarted);
      expect(applied).toMatchObject({ state: 'Applied', claim });
      expect(applied.suggestedClaim).toBeUndefined();
      expect(applied.code).toBeUndefined();
      expect(applied.hint).toBeUndefined();
    },
  );

  it.each([
    ['a file that is gone', undefined, 'Failed', 'LocationUnreadable', /404/],
    [
      'a page of HTML',
      '<!doctype html><title>Sign in</title>',
      'ManifestStale',
      'ManifestChanged',
      /does not hold the manifest/,
    ],
  ])(
    'is told of %s, and what was applied stays',
    async (_, text, state, code, message) => {
      const knex = await database(testDatabaseIds[0]);
      const { catalog, side } = await register(knex, GAME_APP);
      if (text === undefined) {
        catalog.files.delete(FILE);
      } else {
        catalog.files.set(FILE, text);
      }
      // Longer than until what is applied is applied again.
      catalog.time += 20 * 60_000;
      await side.registrar.run();
      expect(await tell(side)).toMatchObject({
        state,
        code,
        message: expect.stringMatching(message),
        hint: expect.any(String),
        failures: 1,
        nextTryAt: expect.any(String),
        appliedAt: expect.any(String),
      });
      expect(await world.inHome()).toBeDefined();
    },
  );

  it('says how a home with definitions of Flux gets types of the portal', async () => {
    const crd = crdOf(providerKind) as KubernetesObject;
    const flux = JSON.parse(
      JSON.stringify(crd).replace(',"email","backstage"]', ']'),
    ) as KubernetesObject;
    expect(flux).not.toEqual(crd);
    await world.client.apply(flux, { fieldManager: 'test', force: true });
    const manifest = (type: string, annotations = '{}') =>
      `apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: { name: mail, annotations: ${annotations} }
spec: { type: ${type}, address: 'smtp://git.test:587', channel: a@example.com }
`;
    const knex = await database(testDatabaseIds[0]);
    const email = manifest('email');
    const { catalog, side } = await register(knex, email);
    const known = () => side.registrations.get('provider:default/mail');
    expect(await known()).toMatchObject({
      ...{ state: 'Rejected', code: 'ApplyRefused' },
      message: expect.stringMatching(
        /Unsupported value: "email".*use type generic with the annotation backstage-gitops\.io\/provider: email$/,
      ),
    });
    catalog.files.set(
      FILE,
      manifest('generic', '{ backstage-gitops.io/provider: email }'),
    );
    await catalog.refresh();
    await side.registrar.run();
    expect(await known()).toMatchObject({ state: 'Applied' });
    await world.client.apply(crd, { fieldManager: 'test', force: true });
  });
});
