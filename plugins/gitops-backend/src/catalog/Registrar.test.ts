import { Knex } from 'knex';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import {
  app,
  CLAIM,
  FILE,
  GAME_APP,
  GITOPS,
  registrarWorld,
} from './__testUtils__/registrarWorld';
import { TestCatalog } from './__testUtils__/TestCatalog';
import {
  CatalogErrorReport,
  GitopsAnnotation,
} from '@backstage-gitops/plugin-gitops-common';

jest.setTimeout(60_000);

describe('Registrar', () => {
  const database = migratedDatabases();
  const world = registrarWorld();
  const { delivered, inHome, stateOf, register } = world;

  describe.each(testDatabaseIds)('%s', databaseId => {
    let knex: Knex;
    beforeEach(async () => {
      knex = await database(databaseId);
    });

    it('applies an old manifest exactly as it is written, with a warning', async () => {
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        objectId: 'demo/Kustomization/default/game-app',
        failures: 0,
        warnings: [
          {
            path: 'spec.validation',
            code: 'droppedField',
            severity: 'warning',
            from: 'catalog',
          },
        ],
      });
      const object = await inHome();
      expect(object).toMatchObject({
        metadata: {
          annotations: {
            [GitopsAnnotation.registration]: `url:${FILE}#0`,
          },
          managedFields: [
            expect.objectContaining({ manager: 'backstage-gitops-catalog' }),
          ],
        },
        spec: { path: './overlays/production', prune: true, interval: '5m0s' },
      });
      expect(object?.spec).not.toHaveProperty('validation');
      expect(
        await side.warnings.warningsFor({
          home: 'demo',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'game-app',
        }),
      ).toEqual([expect.objectContaining({ path: 'spec.validation' })]);
    });

    it('delivers values as Kubernetes reads them', async () => {
      await register(
        knex,
        app(
          'yaml11',
          `  wait: yes
  suspend: off
  postBuild:
    substitute: {a: "yes", b: "0o14", c: "9007199254740993"}
  patches:
    - patch: |
        - {op: add, path: /x, value: no}
`,
        ),
      );
      expect((await inHome('yaml11'))?.spec).toMatchObject({
        wait: true,
        suspend: false,
        postBuild: { substitute: { a: 'yes', b: '0o14' } },
      });
    });

    it('takes over what changes, and only that', async () => {
      const { catalog, side } = await register(
        knex,
        `${app('one')}---\n${app('two')}`,
      );
      const before = await inHome('two');
      const reads = catalog.reads;
      await side.registrar.run();
      expect(catalog.reads).toBe(reads);
      catalog.files.set(
        FILE,
        `# a comment\n${app('one', '  wait: true\n')}---\n${app('two')}`,
      );
      await catalog.refresh();
      await side.registrar.run();
      expect((await inHome('one'))?.spec).toMatchObject({ wait: true });
      expect((await inHome('two'))?.metadata.resourceVersion).toBe(
        before?.metadata.resourceVersion,
      );
    });

    it('keeps everything through an outage of the catalog', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.outage = new Error('connect ECONNREFUSED');
      for (let i = 0; i < 3; i++) {
        catalog.time += 3_600_000;
        await side.registrar.run();
      }
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        missingSince: null,
      });
      expect(await inHome()).toBeDefined();
    });

    it('keeps everything when the catalog answers an empty page for a while', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.forget();
      await side.registrar.run();
      catalog.time += 60_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ missingSince: null });
    });

    it('keeps everything when the location cannot be read', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.fileOutage = new Error(
        'getaddrinfo ENOTFOUND //user:secret@git.test',
      );
      catalog.time += 3_600_000;
      await side.registrar.run();
      const failed = await stateOf(side);
      expect(failed).toMatchObject({
        state: 'Failed',
        code: 'LocationUnreadable',
        message: expect.stringContaining('ENOTFOUND'),
        failures: 1,
        dueAt: catalog.time + 2_000,
      });
      expect(failed?.message).not.toContain('secret');
      expect(await inHome()).toBeDefined();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ failures: 1 });
      catalog.fileOutage = undefined;
      catalog.time += 2_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        failures: 0,
      });
    });

    it('never hides that the catalog takes the file no more', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      const error = {
        entityRef: 'location:default/generated-1',
        location: `url:${FILE}`,
        code: 'FileRejected' as const,
        message: 'Template is not of an allowed kind for that location',
        validForSeconds: 300,
      };
      const wake = async (report: CatalogErrorReport) =>
        side.registrations.wake(await side.errors.report(report));
      expect(await wake({ errors: [error], resolved: [] })).toBe(1);
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'ManifestStale',
        code: 'CatalogRejected',
        message: expect.stringContaining('not of an allowed kind'),
        appliedDigest: expect.any(String),
      });
      expect(await inHome()).toBeDefined();

      const { entityRef } = error;
      expect(await wake({ errors: [], resolved: [{ entityRef }] })).toBe(1);
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      expect(catalog.reads).toBe(3);
    });

    it('keeps the object of a file that moves, also where no claim is about its new place', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      const { uid } = (await inHome())!.metadata;
      const move = async (from: string, to: string) => {
        catalog.files.delete(from);
        catalog.files.set(to, GAME_APP);
        await catalog.refresh();
        await side.registrar.run();
      };
      const moved = FILE.replace('game.yaml', 'apps/game.yaml');
      await move(FILE, moved);
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        location: `url:${moved}`,
      });
      expect((await inHome())?.metadata).toMatchObject({
        uid,
        annotations: { [GitopsAnnotation.registration]: `url:${moved}#0` },
      });
      await move(moved, FILE.replace('gitops/', 'elsewhere/'));
      expect(await stateOf(side)).toMatchObject({ state: 'PendingApproval' });
      expect((await inHome())?.metadata.uid).toBe(uid);
    });

    it('takes over an object that was made otherwise, once it is admitted', async () => {
      await world.client.apply(
        {
          apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
          kind: 'Kustomization',
          metadata: { name: 'game-app', namespace: 'default' },
          spec: {
            interval: '1h',
            prune: false,
            sourceRef: { kind: 'GitRepository', name: 'by-hand' },
          },
        },
        { fieldManager: 'kubectl' },
      );
      const pending = await register(knex, GAME_APP, { ...GITOPS, claims: [] });
      expect(await stateOf(pending.side)).toMatchObject({
        state: 'PendingApproval',
      });
      expect((await inHome())?.spec).toMatchObject({ prune: false });
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      expect((await inHome())?.spec).toMatchObject({
        prune: true,
        sourceRef: { name: 'game-repo' },
      });
    });

    it('deletes an orphan where its claim says so, after the time that it says', async () => {
      const { catalog, side } = await register(knex, GAME_APP, {
        ...GITOPS,
        claims: [{ ...CLAIM, deleteAfter: { hours: 1 } }],
      });
      catalog.files.clear();
      await catalog.refresh();
      await side.registrar.run();
      catalog.time += 120_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'Orphaned',
        message: expect.stringContaining('its claim has it deleted at'),
      });
      expect(await inHome()).toBeDefined();
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await inHome()).toBeUndefined();
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await side.registrations.list()).toEqual([]);
    });

    it('leaves it to somebody to delete the better part of a claim', async () => {
      const names = Array.from({ length: 25 }, (_, i) => `app-${i}`);
      const all = names.map(name => app(name)).join('---\n');
      const { catalog, side } = await register(knex, all, {
        ...GITOPS,
        claims: [{ ...CLAIM, deleteAfter: { minutes: 1 } }],
      });
      catalog.files.clear();
      await catalog.refresh();
      for (let i = 0; i < 3; i++) {
        await side.registrar.run();
        catalog.time += 3_600_000;
      }
      expect(await delivered()).toHaveLength(25);
      expect(await stateOf(side, 'app-3')).toMatchObject({
        state: 'Orphaned',
        message: expect.stringContaining('25 of 25'),
      });
    });

    it('forgets an orphan that somebody deleted, and touches none that was taken over', async () => {
      const { catalog, side } = await register(
        knex,
        `${app('one')}---\n${app('two')}`,
        { ...GITOPS, claims: [{ ...CLAIM, deleteAfter: { minutes: 5 } }] },
      );
      const client = world.home.client;
      catalog.files.clear();
      await catalog.refresh();
      await side.registrar.run();
      const two = (await inHome('two'))!;
      await client.patch(
        { ...two.metadata, apiVersion: two.apiVersion, kind: two.kind },
        {
          type: 'merge',
          body: {
            metadata: {
              annotations: { [GitopsAnnotation.registration]: 'url:other#0' },
            },
          },
        },
      );
      const one = (await inHome('one'))!;
      await client.delete({
        ...one.metadata,
        apiVersion: one.apiVersion,
        kind: one.kind,
      });
      catalog.time += 3_600_000;
      await side.registrar.run();
      await side.registrar.run();
      expect(await side.registrations.list()).toEqual([]);
      expect(await inHome('two')).toBeDefined();
    });

    it('orphans what the catalog has lost for good; the object stays', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.clear();
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      catalog.time += 120_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'Orphaned',
        code: 'EntityVanished',
      });
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await inHome()).toBeDefined();

      catalog.files.set(FILE, GAME_APP);
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    });

    it('applies nothing of a file that no claim is about, and does not read it', async () => {
      const { catalog, side } = await register(knex, GAME_APP, {
        ...GITOPS,
        claims: [],
      });
      expect(await stateOf(side)).toMatchObject({
        state: 'PendingApproval',
        code: 'NoClaim',
        message: expect.stringContaining('gitops.claims'),
      });
      expect(catalog.reads).toBe(0);
      expect(await inHome()).toBeUndefined();

      // A claim comes with a restart.
      const claimed = new TestCatalog(GITOPS);
      claimed.files.set(FILE, GAME_APP);
      await claimed.refresh();
      const restarted = claimed.registrar(knex, [world.home]);
      await restarted.registrar.run();
      expect(await stateOf(restarted)).toMatchObject({ state: 'Applied' });
    });

    it('rejects an invalid manifest and names its fields; the old object stays', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.set(
        FILE,
        app('game-app', '  timeout: soon\n').replace(
          'prune: true',
          'prune: maybe',
        ),
      );
      await catalog.refresh();
      await side.registrar.run();
      const rejected = await stateOf(side);
      expect(rejected).toMatchObject({
        state: 'Rejected',
        code: 'InvalidManifest',
        message: expect.stringMatching(
          /spec\.prune.*spec\.timeout|spec\.timeout.*spec\.prune/,
        ),
      });
      expect(rejected?.appliedDigest).not.toBe(rejected?.digest);
      expect(rejected?.warnings).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ path: 'spec.prune', severity: 'error' }),
        ]),
      );
      expect((await inHome())?.spec).toMatchObject({ prune: true });
    });

    it('says so when the file is ahead of the catalog', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.set(FILE, app('game-app', '  wait: true\n'));
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'ManifestStale',
        code: 'ManifestChanged',
      });
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    });

    it('lets two replicas share the work', async () => {
      const catalog = new TestCatalog(GITOPS);
      const names = Array.from({ length: 6 }, (_, i) => `app-${i}`);
      catalog.files.set(FILE, names.map(name => app(name)).join('---\n'));
      await catalog.refresh();
      const one = catalog.registrar(knex, [world.home]);
      const two = catalog.registrar(knex, [world.home]);
      await Promise.all([one.registrar.run(), two.registrar.run()]);
      await Promise.all([one.registrar.run(), two.registrar.run()]);
      const states = (await one.registrations.list()).map(({ state }) => state);
      expect(states).toEqual(names.map(() => 'Applied'));
      expect(await delivered()).toHaveLength(names.length);
    });
  });
});
