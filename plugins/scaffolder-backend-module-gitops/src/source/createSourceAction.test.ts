import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import {
  CreateObjectRequest,
  GitopsApi,
  GitopsApiError,
  validate,
} from '@backstage-gitops/plugin-gitops-common';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { createSourceAction } from './createSourceAction';
import { examples } from './examples';
import { SOURCE_KINDS } from './readSource';

const SPEC = { url: 'https://git.test/shop.git', interval: '5m' };
const SPECS = {
  GitRepository: SPEC,
  OCIRepository: { url: 'oci://registry.test/shop', interval: '5m' },
  HelmRepository: { url: 'https://charts.test', interval: '1h' },
  HelmChart: {
    chart: 'shop',
    interval: '5m',
    sourceRef: { kind: 'HelmRepository', name: 'charts' },
  },
  Bucket: { endpoint: 's3.test', bucketName: 'shop', interval: '5m' },
  ExternalArtifact: { sourceRef: { kind: 'Build', name: 'shop' } },
  ArtifactGenerator: {
    sources: [{ alias: 'shop', kind: 'GitRepository', name: 'shop' }],
    artifacts: [
      { name: 'shop', copy: [{ from: '@shop/base/**', to: '@artifact/' }] },
    ],
  },
} satisfies Record<(typeof SOURCE_KINDS)[number], object>;
const USER = mockCredentials.user('user:default/ada');

let workspacePath: string;
beforeEach(async () => {
  workspacePath = await mkdtemp(path.join(tmpdir(), 'source-action-'));
});
afterEach(() => rm(workspacePath, { recursive: true }));

function setUp(homes = [{ name: 'production', bare: false }]) {
  const asked: { body: CreateObjectRequest; token?: string }[] = [];
  const world = { refusal: undefined as Error | undefined };
  const createObject: GitopsApi['createObject'] = async (body, options) => {
    asked.push({ body, token: options?.token });
    if (world.refusal) {
      throw world.refusal;
    }
    const { home, manifest, dryRun = false } = body;
    const { namespace = 'default', name } = manifest.metadata;
    return {
      key: { home, kind: manifest.kind, namespace, name },
      manifest,
      entityRef: `${manifest.kind.toLowerCase()}:${namespace}/${name}_${home}`,
      warnings: [
        {
          code: 'deprecated',
          message: 'an old field',
          severity: 'warning',
          from: 'home',
        },
      ],
      dryRun,
    };
  };
  const action = createSourceAction({
    auth: mockServices.auth({ pluginId: 'scaffolder' }),
    api: { createObject },
    homes,
  });
  const run = async (input: object, more: object = {}) => {
    const output: Record<string, unknown> = {};
    await action.handler({
      ...createMockActionContext({ workspacePath }),
      // Templates may give anything: the scaffolder checks it before, by the schema.
      input: input as Parameters<typeof action.handler>[0]['input'],
      getInitiatorCredentials: async () => USER,
      output: (name, value) => {
        output[name] = value;
      },
      ...more,
    });
    return output;
  };
  return { run, asked, world };
}

const object = (more: object = {}) => ({
  as: 'object',
  home: 'production',
  kind: 'GitRepository',
  name: 'shop',
  namespace: 'shop',
  spec: SPEC,
  ...more,
});
const file = (more: object = {}) => ({
  as: 'file',
  path: 'gitops/shop.yaml',
  kind: 'GitRepository',
  name: 'shop',
  spec: SPEC,
  ...more,
});

describe('gitops:source:create', () => {
  describe('as an object', () => {
    it('makes it as whoever runs the template', async () => {
      const { run, asked } = setUp();
      const output = await run(object({ owner: 'team-shop' }));
      expect(asked).toHaveLength(1);
      expect(asked[0].body).toEqual({
        home: 'production',
        manifest: {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'GitRepository',
          metadata: {
            name: 'shop',
            namespace: 'shop',
            annotations: {
              'backstage-gitops.io/owner': 'group:default/team-shop',
            },
          },
          spec: SPEC,
        },
        dryRun: false,
      });
      const gitops = mockServices.auth({ pluginId: 'gitops' });
      const { principal } = await gitops.authenticate(asked[0].token!);
      expect(principal).toMatchObject({
        type: 'user',
        userEntityRef: 'user:default/ada',
      });
      expect(output).toEqual({
        entityRef: 'gitrepository:shop/shop_production',
        key: 'production/GitRepository/shop/shop',
        manifest: expect.stringContaining('url: https://git.test/shop.git'),
        warnings: ['an old field'],
      });
    });

    it('tries, and makes nothing, in a dry run', async () => {
      const { run, asked } = setUp();
      const checkpoint = jest.fn();
      const output = await run(object(), { isDryRun: true, checkpoint });
      expect(asked[0].body.dryRun).toBe(true);
      expect(checkpoint).not.toHaveBeenCalled();
      expect(output.key).toBe('production/GitRepository/shop/shop');
    });

    it('makes nothing twice when the task is taken up again', async () => {
      const { run, asked } = setUp();
      const kept = new Map<string, unknown>();
      const checkpoint = async ({
        key,
        fn,
      }: {
        key: string;
        fn: () => Promise<unknown>;
      }) => {
        if (!kept.has(key)) {
          kept.set(key, JSON.parse(JSON.stringify(await fn())));
        }
        return kept.get(key);
      };
      const first = await run(object(), { checkpoint });
      expect(await run(object(), { checkpoint })).toEqual(first);
      expect(asked).toHaveLength(1);
    });

    it('fails with what the API says', async () => {
      const { run, world } = setUp();
      world.refusal = new GitopsApiError({
        code: 'GITOPS_NOT_CLAIMED',
        status: 403,
        message: "no claim is for namespace 'shop'",
      });
      await expect(run(object())).rejects.toMatchObject({
        name: 'GitopsApiError',
        code: 'GITOPS_NOT_CLAIMED',
        status: 403,
        message:
          "GitRepository/shop/shop was not made in home 'production': no claim is for namespace 'shop'",
      });
      await expect(run(object(), { isDryRun: true })).rejects.toThrow(
        "GitRepository/shop/shop could not be made in home 'production': no claim",
      );
    });

    it('says what to do with a name that is taken', async () => {
      const { run, world } = setUp();
      world.refusal = new GitopsApiError({
        code: 'GITOPS_EXISTS',
        status: 409,
        message: 'it is there already; choose another name',
      });
      await expect(run(object())).rejects.toThrow(
        "GitRepository/shop/shop is in home 'production' already; choose another name, or use the one that is there: /gitops/objects/production/GitRepository/shop/shop",
      );
    });

    it('says when nobody answers, and passes on a cancellation', async () => {
      const { run, world } = setUp();
      world.refusal = new TypeError('fetch failed');
      await expect(run(object())).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringContaining(
          'the gitops plugin does not answer; run the task again once it does',
        ),
      });
      const cancelled = new DOMException('cancelled', 'AbortError');
      world.refusal = cancelled;
      await expect(run(object())).rejects.toBe(cancelled);
    });

    it('leaves out what a form leaves empty', async () => {
      const { run, asked } = setUp();
      const empty = { ref: {}, secretRef: { name: null }, verify: { a: {} } };
      await run(object({ spec: { ...SPEC, ...empty } }));
      expect(asked[0].body.manifest.spec).toEqual(SPEC);
    });
  });

  describe('as a file', () => {
    it.each(SOURCE_KINDS)('writes a valid %s', async kind => {
      const { run, asked } = setUp();
      const output = await run(file({ kind, spec: SPECS[kind] }));
      const text = await readFile(
        path.join(workspacePath, 'gitops/shop.yaml'),
        'utf8',
      );
      expect(output).toEqual({
        entityRef: `${kind.toLowerCase()}:default/shop_production`,
        manifestPath: 'gitops/shop.yaml',
        manifest: text,
        warnings: [],
      });
      expect(validate(parse(text)).errors).toEqual([]);
      expect(parse(text).spec).toEqual(SPECS[kind]);
      expect(asked).toEqual([]);
    });

    it.each([
      '${{ secrets.token }}',
      '${HOME} $(id) `id`',
      'main\nevil: true',
      'main # no comment',
      '{a: b}',
      '--- !!js/function x',
      '*alias',
      '&anchor x',
      '\'"',
      'yes',
      '012',
      '1_000',
      'null',
      '~',
      '2024-01-01',
      ' padded ',
      '\u2028\u0085',
      'é\u{1F600}',
    ])('keeps the text %j what it is', async branch => {
      const { run } = setUp();
      await run(file({ spec: { ...SPEC, ref: { branch } } }));
      const text = await readFile(
        path.join(workspacePath, 'gitops/shop.yaml'),
        'utf8',
      );
      // By the rules of YAML 1.1, which clusters follow, as by those of 1.2.
      for (const version of ['1.1', '1.2'] as const) {
        expect(parse(text, { version }).spec).toEqual({
          ...SPEC,
          ref: { branch },
        });
      }
    });

    it('writes it as people do: who it is, then what it shall be', async () => {
      const { run } = setUp();
      const { manifest } = await run(
        file({ namespace: 'shop', owner: 'team-shop', component: 'shop' }),
      );
      expect(manifest).toBe(`apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  annotations:
    backstage-gitops.io/component: component:default/shop
    backstage-gitops.io/owner: group:default/team-shop
  name: shop
  namespace: shop
spec:
  interval: 5m
  url: https://git.test/shop.git
`);
    });

    it('may run again in the same workspace', async () => {
      const { run } = setUp();
      const first = await run(file());
      expect(await run(file())).toEqual(first);
      await expect(
        run(file({ spec: { ...SPEC, interval: '1h' } })),
      ).rejects.toThrow('overwrite: true');
    });

    it.each([
      ['one home', [{ name: 'production', bare: true }], {}, 'shop'],
      ['no home', [], {}, undefined],
      [
        'several',
        [
          { name: 'a', bare: true },
          { name: 'b', bare: false },
        ],
        {},
        undefined,
      ],
      [
        'several, and which one is said',
        [
          { name: 'a', bare: true },
          { name: 'b', bare: false },
        ],
        { home: 'b' },
        'shop_b',
      ],
    ])('names the entity where there is %s', async (_, homes, more, name) => {
      const { run } = setUp(homes);
      expect((await run(file(more))).entityRef).toBe(
        name && `gitrepository:default/${name}`,
      );
    });

    it('writes nowhere but in the workspace', async () => {
      const { run } = setUp();
      await expect(run(file({ path: '../shop.yaml' }))).rejects.toThrow(
        'inside the workspace',
      );
      expect(await readdir(workspacePath)).toEqual([]);
    });

    it('refuses names that the catalog would refuse', async () => {
      const { run } = setUp();
      await expect(run(file({ name: 'n'.repeat(60) }))).rejects.toThrow(
        '71 characters; at most 63',
      );
      expect(await readdir(workspacePath)).toEqual([]);
    });

    it('shows the file of a dry run', async () => {
      const { run } = setUp();
      await run(file(), { isDryRun: true });
      expect(await readdir(path.join(workspacePath, 'gitops'))).toEqual([
        'shop.yaml',
      ]);
    });
  });

  it.each<[string, object, string]>([
    ['no home', object({ home: undefined }), "'home' is required"],
    ['no path', file({ path: '' }), "'path' is required"],
    ['a bad name', object({ name: 'Shop_1' }), 'metadata.name'],
    ['a name that is YAML', object({ name: 'a\nb: c' }), 'metadata.name'],
    ['a bad namespace', object({ namespace: '../x' }), 'metadata.namespace'],
    ['no address', object({ spec: { interval: '5m' } }), 'spec.url'],
    [
      'a bad interval',
      file({ spec: { ...SPEC, interval: 'x' } }),
      'spec.interval',
    ],
    ['a bad owner', object({ owner: 'group:' }), "'owner'"],
    [
      'a password in the address',
      file({ spec: { ...SPEC, url: 'https://ada:hunter2@git.test/x' } }),
      'spec.secretRef',
    ],
    [
      'a token in the address',
      object({ spec: { ...SPEC, url: 'https://hunter2@git.test/x' } }),
      'spec.secretRef',
    ],
    [
      'a password in an address of no known scheme',
      object({ spec: { ...SPEC, url: 'ftp://ada:hunter2@git.test/x' } }),
      'spec.secretRef',
    ],
    [
      'a password in an endpoint',
      file({
        kind: 'Bucket',
        spec: { ...SPECS.Bucket, endpoint: 'ada:hunter2@s3.test' },
      }),
      'spec.endpoint',
    ],
  ])('refuses %s', async (_, input, words) => {
    const { run, asked } = setUp();
    const error = await run(input).catch(e => e);
    expect(error).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(words),
    });
    expect(error.message).not.toContain('hunter2');
    expect(asked).toEqual([]);
    expect(await readdir(workspacePath)).toEqual([]);
  });

  it('takes a user in the address of ssh', async () => {
    const { run } = setUp();
    const url = 'ssh://git@git.test/shop.git';
    const { manifest } = await run(file({ spec: { ...SPEC, url } }));
    expect(manifest).toContain(url);
  });

  it('tells of fields that have no effect', async () => {
    const { run } = setUp();
    const { warnings } = await run(file({ spec: { ...SPEC, brnch: 'main' } }));
    expect(warnings).toEqual([expect.stringContaining('spec.brnch')]);
  });

  it.each(examples)(
    'can do what it says: $description',
    async ({ example }) => {
      const { run } = setUp();
      const { steps } = parse(example);
      expect(await run(steps[0].input)).toMatchObject({
        warnings: expect.anything(),
      });
    },
  );
});
