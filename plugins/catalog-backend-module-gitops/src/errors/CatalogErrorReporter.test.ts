import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { ScmIntegrations } from '@backstage/integration';
import { ConfigReader } from '@backstage/config';
import { CatalogErrorReport } from '@backstage-gitops/plugin-gitops-common';
import { CatalogErrorReporter } from './CatalogErrorReporter';

const BASE = 'url:https://git.test/team/game/blob/main/all.yaml';
const FILE = 'url:https://git.test/team/game/blob/main/gitops/game.yaml';
const LOCATION = 'location:default/all';

const location = (spec: object = { target: './gitops/game.yaml' }): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Location',
  metadata: {
    name: 'all',
    annotations: { 'backstage.io/managed-by-location': BASE },
  },
  spec: { ...spec },
});

const kustomization = (file = FILE): Entity => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'app',
    annotations: { 'backstage.io/managed-by-location': file },
  },
});

describe('CatalogErrorReporter', () => {
  const logger = mockServices.logger.mock();
  let sent: CatalogErrorReport[];
  let refusal: Error | undefined;
  let timers: { at: number; run: () => void }[];
  let clock: number;
  let reporter: CatalogErrorReporter;

  beforeEach(() => {
    jest.clearAllMocks();
    sent = [];
    refusal = undefined;
    timers = [];
    clock = 0;
    reporter = new CatalogErrorReporter({
      send: async report => {
        if (refusal) {
          throw refusal;
        }
        sent.push(report);
        return { registrations: 0 };
      },
      integrations: ScmIntegrations.fromConfig(new ConfigReader({})),
      processingIntervalSeconds: 100,
      logger,
      now: () => clock,
      after: (ms, run) => {
        const timer = { at: clock + ms, run };
        timers.push(timer);
        return () => {
          timers = timers.filter(other => other !== timer);
        };
      },
    });
  });

  async function pass(ms: number): Promise<void> {
    const end = clock + ms;
    for (;;) {
      const [next] = timers
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at);
      if (!next) {
        break;
      }
      timers = timers.filter(timer => timer !== next);
      clock = next.at;
      next.run();
      await new Promise(setImmediate);
    }
    clock = end;
  }

  const fail = (entity: string, ...errors: Error[]) =>
    reporter.failed({ entity, location: BASE, errors });

  it('tells the reason at the bottom, about the files of the location', async () => {
    reporter.begins(location());
    fail(
      LOCATION,
      new InputError(
        'Processor UrlReaderProcessor threw an error',
        new Error('YAML error at line 3:\n\npassword: hunter2\n^'),
      ),
    );
    await pass(2_000);
    expect(sent).toEqual([
      {
        errors: [
          {
            entityRef: LOCATION,
            location: FILE,
            code: 'FileRejected',
            message: 'YAML error at line 3',
            validForSeconds: 300,
          },
        ],
        resolved: [],
      },
    ]);
  });

  it('knows a file that cannot be read', async () => {
    reporter.begins(location({ targets: ['./a.yaml', './b.yaml'] }));
    fail(LOCATION, new Error('Unable to read url, NotFoundError: 404'));
    await pass(2_000);
    expect(
      sent[0].errors.map(({ code, location: file }) => [code, file]),
    ).toEqual(
      ['a', 'b'].map(name => [
        'LocationUnreadable',
        `url:https://git.test/team/game/blob/main/${name}.yaml`,
      ]),
    );
  });

  it('takes an error back once the location passes and fails no more', async () => {
    reporter.begins(location());
    fail(LOCATION, new Error('x'));
    await pass(2_000);
    // Passed, and the errors that were emitted on the way are published after.
    reporter.passed(location());
    fail(LOCATION, new Error('x'));
    await pass(60_000);
    expect(sent.flatMap(({ resolved }) => resolved)).toEqual([]);

    reporter.begins(location());
    reporter.passed(location());
    await pass(60_000);
    expect(sent.at(-1)).toEqual({
      errors: [],
      resolved: [{ entityRef: LOCATION }],
    });
    reporter.begins(location());
    reporter.passed(location());
    const before = sent.length;
    await pass(60_000);
    expect(sent).toHaveLength(before);
  });

  it('tells of documents of Flux kinds, and of nothing else', async () => {
    reporter.begins(kustomization());
    reporter.begins({
      ...kustomization(),
      apiVersion: 'example.com/v1',
      kind: 'Bucket',
    });
    fail('kustomization:default/app', new Error('no'));
    fail('bucket:default/app', new Error('no'));
    fail('component:default/x', new Error('no'));
    reporter.failed(undefined);
    await pass(2_000);
    expect(sent.flatMap(({ errors }) => errors)).toEqual([
      expect.objectContaining({
        entityRef: 'kustomization:default/app',
        location: FILE,
        code: 'EntityRejected',
      }),
    ]);
  });

  it('tells of a name that is taken until the other one has it', async () => {
    const other = FILE.replace('game.yaml', 'copy.yaml');
    reporter.conflicted({
      unprocessedEntity: kustomization(other),
      entityRef: 'kustomization:default/app',
      newLocationKey: other,
      existingLocationKey: FILE,
    });
    await pass(2_000);
    expect(sent[0].errors[0]).toMatchObject({
      code: 'NameTaken',
      location: other,
      message: expect.stringContaining(FILE),
    });
    reporter.begins(kustomization());
    reporter.passed(kustomization());
    await pass(20_000);
    expect(sent).toHaveLength(1);
    reporter.begins(kustomization(other));
    reporter.passed(kustomization(other));
    await pass(20_000);
    expect(sent.at(-1)?.resolved).toEqual([
      { entityRef: 'kustomization:default/app', location: other },
    ]);
  });

  it('has the catalog try again while a name is wanted', async () => {
    const conflict = () =>
      reporter.conflicted({
        unprocessedEntity: kustomization(),
        entityRef: 'kustomization:default/app',
        newLocationKey: FILE,
        existingLocationKey: 'gitops-home:demo',
      });
    reporter.begins(location());
    expect(reporter.retryKey(location())).toBeUndefined();
    conflict();
    expect(reporter.rivalsOf('kustomization:default/app')).toEqual([FILE]);
    expect(reporter.rivalsOf('kustomization:default/other')).toEqual([]);
    const first = reporter.retryKey(location());
    expect(first).toBeDefined();
    expect(reporter.retryKey(kustomization())).toBeUndefined();
    await pass(100_000);
    conflict();
    expect(reporter.retryKey(location())).not.toBe(first);
    // The document was renamed: the catalog says nothing more of the name.
    await pass(201_000);
    expect(reporter.retryKey(location())).toBeUndefined();
    expect(reporter.rivalsOf('kustomization:default/app')).toEqual([]);
  });

  it('says once that the gitops plugin does not answer, and tells it later', async () => {
    refusal = new Error('connect ECONNREFUSED');
    reporter.begins(location());
    fail(LOCATION, new Error('old'));
    await pass(40_000);
    fail(LOCATION, new Error('new'));
    await pass(40_000);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    refusal = undefined;
    await pass(40_000);
    expect(sent.flatMap(({ errors }) => errors.map(e => e.message))).toEqual([
      'new',
    ]);
  });

  it('sends many of them in requests that are small', async () => {
    for (let i = 0; i < 12; i++) {
      const entity = location();
      entity.metadata.name = `l${i}`;
      reporter.begins(entity);
      fail(`location:default/l${i}`, new Error('x'.repeat(5_000)));
    }
    await pass(2_000);
    expect(sent.flatMap(({ errors }) => errors)).toHaveLength(12);
    for (const report of sent) {
      expect(JSON.stringify(report).length).toBeLessThan(16_000);
    }
  });
});
