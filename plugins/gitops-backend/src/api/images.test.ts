import {
  GitopsObject,
  ImagePolicySpec,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { AutomationError } from '../controllers/image/automation/AutomationError';
import { StoredImagePush } from '../controllers/image/automation/PushHistory';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { gitRepository } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';
import { DefaultImagesService } from './images/DefaultImagesService';

const GROUP = 'image.toolkit.fluxcd.io';
const key = (kind: string, name = 'game'): ObjectKey => ({
  ...{ home: 'local', kind, namespace: 'default', name },
});
const POLICY = key('ImagePolicy');
const REPOSITORY = key('ImageRepository');
const AUTOMATION = key('ImageUpdateAutomation');
const COMMITS = ['a', 'b', 'c'].map(letter => letter.repeat(40));

let world: ApiWorld;

function imageObject(
  kind: string,
  spec: object,
  status: object = {},
  namespace = 'default',
): GitopsObject {
  return {
    ...{ apiVersion: `${GROUP}/v1`, kind, spec, status },
    metadata: { name: 'game', namespace, uid: kind, generation: 1 },
  };
}

/** An image with tags, in the order in which scans keep them. */
function scanned(tags: string[], namespace = 'default'): void {
  const sorted = [...tags].sort().reverse();
  world.tags = {
    async *pages(_, __, { after } = {}) {
      for (let from = 0; from < sorted.length; from += 3) {
        yield sorted
          .slice(from, from + 3)
          .filter(tag => after === undefined || tag < after);
      }
    },
  };
  world.put(
    imageObject(
      'ImageRepository',
      { image: 'game', interval: '1m' },
      {
        canonicalImageName: 'index.docker.io/library/game',
        lastScanResult: { scanTime: '2026-11-22T11:58:00Z' },
      },
      namespace,
    ),
  );
}

function policy(
  spec: Omit<ImagePolicySpec, 'imageRepositoryRef'>,
  tag?: string,
  namespace?: string,
): void {
  world.put(
    imageObject(
      'ImagePolicy',
      { imageRepositoryRef: { name: 'game', namespace }, ...spec },
      tag ? { latestRef: { name: 'game', tag } } : {},
    ),
  );
}

beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', other: 'observe' });
});

describe('GET …/tags', () => {
  const TAGS = ['latest', '1.2.0', '1.10.0', '2.4.0', '1.3.0-rc.1', 'v1.2.1'];

  it('lists the tags of an image page by page', async () => {
    scanned(TAGS);
    const client = world.typedClient();
    const first = await client.listImageTags(REPOSITORY, { limit: 4 });
    expect(first).toEqual({
      image: 'index.docker.io/library/game',
      scannedAt: '2026-11-22T11:58:00Z',
      items: ['v1.2.1', 'latest', '2.4.0', '1.3.0-rc.1'].map(tag => ({ tag })),
      pageInfo: { nextCursor: expect.any(String) },
    });
    const { nextCursor: cursor } = first.pageInfo;
    const second = await client.listImageTags(REPOSITORY, { limit: 4, cursor });
    expect(second.items.map(({ tag }) => tag)).toEqual(['1.2.0', '1.10.0']);
    expect(second.pageInfo).toEqual({});
    const other = { search: 'v', cursor };
    await expect(client.listImageTags(REPOSITORY, other)).rejects.toMatchObject(
      { code: 'GITOPS_INVALID_CURSOR' },
    );
  });

  it('says why a policy did not choose them', async () => {
    scanned(TAGS);
    policy({ policy: { semver: { range: '1.x' } } }, '1.10.0');
    const client = world.typedClient();
    const { items } = await client.listImageTags(POLICY);
    expect(items.map(({ tag, verdict }) => `${tag} ${verdict}`)).toEqual([
      'v1.2.1 behind',
      'latest not-a-version',
      '2.4.0 out-of-range',
      '1.3.0-rc.1 out-of-range',
      '1.2.0 behind',
      '1.10.0 chosen',
    ]);
    const wanted = { search: '2', verdict: ['behind'] as const };
    const found = await client.listImageTags(POLICY, wanted);
    expect(found.items.map(({ tag }) => tag)).toEqual(['v1.2.1', '1.2.0']);
  });

  it('shows what a pattern makes of them', async () => {
    scanned(['main-3', 'main-20', 'dev-9']);
    policy(
      {
        policy: { numerical: { order: 'asc' } },
        filterTags: { pattern: '^main-(?P<n>.*)$', extract: '$n' },
      },
      'main-20',
    );
    const { items } = await world.typedClient().listImageTags(POLICY);
    expect(items).toEqual([
      { tag: 'main-3', key: '3', verdict: 'behind' },
      { tag: 'main-20', key: '20', verdict: 'chosen' },
      { tag: 'dev-9', verdict: 'filtered' },
    ]);
  });

  it('has none before the first scan', async () => {
    world.put(imageObject('ImageRepository', { image: 'game' }));
    expect(await world.typedClient().listImageTags(REPOSITORY)).toEqual({
      ...{ image: 'game', items: [], pageInfo: {} },
    });
  });

  it('refuses verdicts of a repository, and other kinds', async () => {
    scanned(TAGS);
    const path = '/objects/local/ImageRepository/default/game/tags';
    const verdict = await world.get(`${path}?verdict=chosen`);
    expect(verdict.body.error?.code).toBe('GITOPS_NOT_SUPPORTED');
    world.put(gitRepository('game'));
    const kind = await world.get(
      '/objects/local/GitRepository/default/game/tags',
    );
    expect(kind.body.error).toMatchObject({
      code: 'GITOPS_NOT_SUPPORTED',
      message:
        'GitRepository/default/game has no tags; ask for ImageRepository or ImagePolicy',
    });
  });

  it('hides the tags of a repository that the caller may not see', async () => {
    scanned(TAGS, 'secret');
    policy({ policy: { semver: { range: '*' } } }, '2.4.0', 'secret');
    world.policy['gitops.object.read'] = onlyIn('default');
    const { status, body } = await world.get(
      '/objects/local/ImagePolicy/default/game/tags',
    );
    expect(status).toBe(404);
    expect(body.error?.message).toContain(
      'it is the source of ImagePolicy/default/game',
    );
  });
});

describe('GET …/candidates', () => {
  it('ranks tags as the policy does, and counts the others', async () => {
    scanned(['1.2.0', '1.10.0', 'v1.10.1', '2.4.0', 'latest', 'nightly']);
    policy({ policy: { semver: { range: '1.x' } } });
    expect(await world.typedClient().getImageCandidates(POLICY)).toEqual({
      image: 'index.docker.io/library/game',
      repository: {
        ...{ kind: 'ImageRepository', namespace: 'default', name: 'game' },
      },
      scannedAt: '2026-11-22T11:58:00Z',
      total: 6,
      counts: {
        ...{ chosen: 1, behind: 2, 'out-of-range': 1, 'not-a-version': 2 },
      },
      items: [
        { tag: 'v1.10.1', verdict: 'chosen' },
        { tag: '1.10.0', verdict: 'behind' },
        { tag: '1.2.0', verdict: 'behind' },
      ],
    });
  });

  it.each([
    [
      { policy: { semver: { range: '>=9' } } },
      /unable to determine latest version from provided list/,
      { 'out-of-range': 2, 'not-a-version': 1 },
    ],
    [
      { policy: { numerical: {} } },
      /failed to parse invalid numeric value 'one'/,
      { 'not-a-version': 3 },
    ],
    [
      { policy: { semver: { range: 'what' } } },
      /^invalid policy: spec\.policy\.semver\.range 'what' is no range/,
      {},
    ],
  ])('says why %j chooses none', async (spec, problem, counts) => {
    scanned(['1.2.0', '2.4.0', 'one']);
    policy(spec);
    const found = await world.typedClient().getImageCandidates(POLICY);
    expect(found.problem).toMatch(problem);
    expect(found.counts).toEqual(counts);
    expect(found.items).toEqual([]);
  });

  it('says that nothing was scanned yet', async () => {
    world.put(imageObject('ImageRepository', { image: 'game' }));
    policy({ policy: { semver: { range: '*' } } });
    const { problem, total } = await world
      .typedClient()
      .getImageCandidates(POLICY);
    expect(problem).toMatch(/^no tags in database/);
    expect(total).toBe(0);
  });
});

describe('GET …/pushes', () => {
  const ID = `local/${GROUP}/ImageUpdateAutomation/default/game`;
  const DELIVERY_ID =
    'local/kustomize.toolkit.fluxcd.io/Kustomization/default/app';
  const CHANGE = {
    ...{ file: 'app.yaml', line: 3, setter: 'default:game' },
    object: { apiVersion: 'v1', kind: 'Pod', namespace: '', name: 'game' },
    ...{ oldValue: 'game:1', newValue: 'game:2' },
  };
  const push = (id: number, commit: string, more = {}): StoredImagePush => ({
    objectId: ID,
    ...{ id, commit, at: NOW + id * 1_000, branch: 'main', message: 'Update' },
    source: { namespace: 'default', name: 'repo' },
    changes: [CHANGE],
    ...more,
  });
  const source = (commit: string, lastUpdateTime = '2026-11-22T12:30:00Z') =>
    world.put({
      ...gitRepository('repo'),
      status: { artifact: { revision: `main@sha1:${commit}`, lastUpdateTime } },
    });
  const kustomization = (status: object) =>
    world.put({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'app', namespace: 'default', uid: 'k', generation: 1 },
      spec: { sourceRef: { kind: 'GitRepository', name: 'repo' } },
      status,
    });
  const said = (seq: number, commit: string, reason: string, message = '') =>
    world.history.push({
      ...{ seq, objectId: DELIVERY_ID, at: NOW + 5_000, reason, message },
      type: reason === 'ReconciliationSucceeded' ? 'Normal' : 'Warning',
      revision: `main@sha1:${commit}`,
    });
  const states = async () => {
    const { items } = await world.typedClient().listImagePushes(AUTOMATION);
    return items.map(({ deliveries }) => deliveries.map(({ state }) => state));
  };

  beforeEach(() => {
    world.put(
      imageObject('ImageUpdateAutomation', {
        ...{ interval: '1m' },
        sourceRef: { kind: 'GitRepository', name: 'repo' },
      }),
    );
  });

  it('is told of a Kustomization, too, as far as that goes', async () => {
    source(COMMITS[0]);
    const app = kustomization({});
    world.put({ ...app, metadata: { ...app.metadata, name: 'other' } });
    world.pushes.set(ID, [push(1, COMMITS[0])]);
    const client = world.typedClient();
    const detail = await client.getObject(key('Kustomization', 'app'));
    expect(detail.updatedBy).toEqual([
      {
        ...{ kind: 'ImageUpdateAutomation', namespace: 'default' },
        name: 'game',
      },
    ]);
    const { items } = await client.listImagePushes(key('Kustomization', 'app'));
    expect(
      items.map(({ deliveries }) =>
        deliveries.map(({ object }) => object.name),
      ),
    ).toEqual([['app']]);
    expect(await states()).toEqual([['waiting', 'waiting']]);
    world.put({
      ...imageObject('ImageUpdateAutomation', {}),
      metadata: { name: 'game', namespace: 'default' },
    });
    const without = await client.getObject(key('Kustomization', 'app'));
    expect(without).not.toHaveProperty('updatedBy');
    const none = await client.listImagePushes(key('Kustomization', 'app'));
    expect(none.items).toEqual([]);
  });

  it('tells what was pushed, and what became of it', async () => {
    source(COMMITS[0]);
    kustomization({ lastAppliedRevision: `main@sha1:${COMMITS[0]}` });
    said(1, COMMITS[0], 'ReconciliationSucceeded');
    world.artifacts.push({
      objectId: 'local/source.toolkit.fluxcd.io/GitRepository/default/repo',
      ...{ revision: `main@sha1:${COMMITS[0]}`, digest: 'd', size: 1 },
      createdAt: NOW + 3_000,
    });
    world.pushes.set(ID, [push(1, COMMITS[0])]);
    expect(await world.typedClient().listImagePushes(AUTOMATION)).toEqual({
      items: [
        {
          ...{ id: '1', at: '2026-11-22T12:00:01.000Z', branch: 'main' },
          ...{ commit: COMMITS[0], message: 'Update', changes: [CHANGE] },
          commitUrl: expect.stringMatching(/\/commit\/a{40}$/),
          automation: {
            ...{ kind: 'ImageUpdateAutomation', namespace: 'default' },
            name: 'game',
          },
          source: { kind: 'GitRepository', namespace: 'default', name: 'repo' },
          fetchedAt: '2026-11-22T12:00:03.000Z',
          followed: true,
          deliveries: [
            {
              object: {
                ...{ kind: 'Kustomization', namespace: 'default', name: 'app' },
              },
              state: 'delivered',
              at: '2026-11-22T12:00:05.000Z',
            },
          ],
        },
      ],
      pageInfo: {},
    });
  });

  it('tells what failed, runs, waits, and was overtaken', async () => {
    source(COMMITS[1]);
    world.pushes.set(ID, [push(1, COMMITS[0]), push(2, COMMITS[1])]);
    kustomization({});
    expect(await states()).toEqual([['waiting'], ['waiting']]);
    kustomization({ lastAttemptedRevision: `main@sha1:${COMMITS[1]}` });
    expect(await states()).toEqual([['running'], ['waiting']]);
    said(1, COMMITS[1], 'BuildFailed', 'no such file');
    expect(await states()).toEqual([['failed'], ['waiting']]);
    const { items } = await world.typedClient().listImagePushes(AUTOMATION);
    expect(items[0].deliveries[0].message).toBe('no such file');
    kustomization({ lastAppliedRevision: `main@sha1:${COMMITS[1]}` });
    expect(await states()).toEqual([['delivered'], ['superseded']]);
  });

  it('has pages', async () => {
    source(COMMITS[2]);
    world.pushes.set(
      ID,
      COMMITS.map((commit, i) => push(i + 1, commit)),
    );
    const client = world.typedClient();
    const first = await client.listImagePushes(AUTOMATION, { limit: 2 });
    const { nextCursor: cursor } = first.pageInfo;
    const query = { limit: 2, cursor };
    const second = await client.listImagePushes(AUTOMATION, query);
    expect(
      [...first.items, ...second.items].map(({ commit }) => commit),
    ).toEqual([...COMMITS].reverse());
    expect(second.pageInfo).toEqual({});
  });

  it('expects no delivery of a branch that the source does not follow', async () => {
    source(COMMITS[0]);
    kustomization({});
    const pullRequest = { url: 'https://git.test/pulls/1', id: '1' };
    const more = { branch: 'flux-updates', pullRequest };
    world.pushes.set(ID, [push(1, COMMITS[1], more)]);
    const { items } = await world.typedClient().listImagePushes(AUTOMATION);
    expect(items[0]).toMatchObject({
      ...{ followed: false, deliveries: [], pullRequest },
    });
  });

  it('leaves out deliveries that the caller may not see', async () => {
    source(COMMITS[0]);
    const object = kustomization({});
    world.remove(object);
    world.put({
      ...object,
      metadata: { ...object.metadata, namespace: 'secret' },
      spec: {
        sourceRef: {
          ...{ kind: 'GitRepository', name: 'repo', namespace: 'default' },
        },
      },
    });
    world.pushes.set(ID, [push(1, COMMITS[0])]);
    expect(await states()).toEqual([['waiting']]);
    world.policy['gitops.object.read'] = onlyIn('default');
    expect(await states()).toEqual([[]]);
  });
});

describe('POST …/preview', () => {
  const PATH = '/objects/local/ImageUpdateAutomation/default/game/preview';
  const PASSWORD = 'hunter2';
  const before = `kind: Secret\nstringData:\n  password: ${PASSWORD}\n---\nkind: Pod\nspec:\n  image: game:1 # {"$imagepolicy": "default:game"}\n`;
  const update = {
    ...{ branch: 'main', revision: 'main@sha1:a', message: 'Update' },
    files: [
      {
        ...{ path: 'app.yaml', changes: [], before },
        after: before.replace('game:1', 'game:2'),
      },
    ],
    unreadable: [{ path: 'bad.yaml', reason: 'line 1' }],
  };

  beforeEach(() => {
    world.put(imageObject('ImageUpdateAutomation', { interval: '1m' }));
  });

  it('shows the lines that would change, and no values of Secrets', async () => {
    world.preview = async () => [update];
    const { items } = await world.typedClient().previewImageUpdate(AUTOMATION);
    expect(items).toEqual([
      {
        ...{ branch: 'main', revision: 'main@sha1:a', message: 'Update' },
        files: [
          {
            ...{ path: 'app.yaml', changes: [], masked: true },
            hunks: [
              {
                ...{ oldStart: 4, newStart: 4 },
                lines: [
                  ' ---',
                  ' kind: Pod',
                  ' spec:',
                  '-  image: game:1 # {"$imagepolicy": "default:game"}',
                  '+  image: game:2 # {"$imagepolicy": "default:game"}',
                ],
              },
            ],
          },
        ],
        unreadable: update.unreadable,
      },
    ]);
    expect(JSON.stringify(items)).not.toContain(PASSWORD);
  });

  it('shows nothing of a file that holds a Secret nobody can read', async () => {
    const broken = `kind: Secret\n  password: ${PASSWORD}\n: [`;
    world.preview = async () => [
      {
        ...update,
        files: [{ ...update.files[0], before: broken, after: broken }],
      },
    ];
    const { items } = await world.typedClient().previewImageUpdate(AUTOMATION);
    expect(items[0].files).toEqual([
      { path: 'app.yaml', changes: [], masked: true },
    ]);
  });

  it('says why an automation would fail', async () => {
    world.preview = async () => {
      throw new AutomationError('GitOperationFailed', 'no such branch');
    };
    const { status, body } = await world.post(PATH, {});
    expect(status).toBe(409);
    expect(body.error).toMatchObject({
      code: 'GITOPS_PREVIEW_FAILED',
      message:
        'ImageUpdateAutomation/default/game would fail (GitOperationFailed): no such branch',
    });
  });

  it('looks once for all who ask at the same time', async () => {
    let looks = 0;
    const service = new DefaultImagesService({
      ...{ index: world.index, tags: world.tags },
      pushes: { list: async () => [] },
      history: { atRevisions: async () => [] },
      artifacts: { list: async () => [] },
      preview: {
        preview: async () => {
          looks += 1;
          return [];
        },
      },
      commitUrl: () => undefined,
    });
    const context = {
      credentials: mockCredentials.user(),
      actor: 'user:default/ada',
    };
    const ask = () => service.preview(AUTOMATION, context);
    await Promise.all([ask(), ask()]);
    expect(looks).toBe(1);
    await ask();
    expect(looks).toBe(2);
  });

  it('needs the permission to look into sources', async () => {
    world.policy['gitops.artifact.read'] = {
      result: AuthorizeResult.DENY,
    };
    const { status, body } = await world.post(PATH, {});
    expect(status).toBe(403);
    expect(body.error?.message).toContain('gitops.artifact.read');
  });

  it('is not told of a home that others reconcile', async () => {
    world.put(imageObject('ImageUpdateAutomation', {}), 'other');
    const { body } = await world.post(
      '/objects/other/ImageUpdateAutomation/default/game/preview',
    );
    expect(body.error?.code).toBe('GITOPS_NOT_SUPPORTED');
  });
});
