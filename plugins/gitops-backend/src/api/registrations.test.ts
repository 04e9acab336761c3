import { mockCredentials } from '@backstage/backend-test-utils';
import {
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { Registration } from '../catalog/Registration';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { onlyIn } from './__testUtils__/policy';

const READ = 'gitops.object.read';
const LOCATION = 'url:http://git.test/raw/team/game/main/gitops/game.yaml';
const CLAIM = {
  location: { host: 'git.test', repository: 'team/game' },
  home: 'local',
  namespaces: ['default'],
  sourceHosts: ['git.test'],
};

/** Nobody has looked at it, where nothing else is said. */
function registration(
  name: string,
  options: Partial<Registration> = {},
): Registration {
  const { namespace = 'default' } = options;
  return {
    entityRef: `kustomization:${namespace}/${name}`,
    location: LOCATION,
    document: '0',
    digest: 'sha256:1',
    findings: [],
    home: 'local',
    kind: 'Kustomization',
    namespace,
    name,
    warnings: [],
    appliedAt: null,
    revision: 1,
    failures: 0,
    dueAt: NOW + 60_000,
    missingSince: null,
    updatedAt: NOW - 60_000,
    ...options,
  };
}

const pending = (name: string, options: Partial<Registration> = {}) =>
  registration(name, {
    state: 'PendingApproval',
    code: 'NoClaim',
    message: 'no claim is about the file',
    ...options,
  });

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
});

const list = (query?: RegistrationsQuery) =>
  world.typedClient().listRegistrations(query);
const refs = (items: RegistrationRow[]) =>
  items.map(({ entityRef }) => entityRef.split('/')[1]);

describe('GET /registrations', () => {
  it('tells why a manifest waits, and the narrowest claim that admits it', async () => {
    world.registrations.push(pending('game'));
    expect(await list()).toEqual({
      items: [
        {
          entityRef: 'kustomization:default/game',
          home: 'local',
          object: { kind: 'Kustomization', namespace: 'default', name: 'game' },
          location: LOCATION,
          document: '0',
          state: 'PendingApproval',
          code: 'NoClaim',
          message: 'no claim is about the file',
          hint: expect.stringContaining('gitops.claims'),
          suggestedClaim: {
            location: {
              host: 'git.test',
              repository: 'team/game',
              ref: 'main',
              pathPrefix: 'gitops/game.yaml',
            },
            home: 'local',
            namespaces: ['default'],
            needsServiceAccount: false,
          },
          warnings: [],
          since: '2026-11-22T11:59:00.000Z',
          failures: 0,
          nextTryAt: '2026-11-22T12:01:00.000Z',
        },
      ],
      totalItems: 1,
      counts: { PendingApproval: 1 },
      pageInfo: {},
    });
  });

  it('suggests a claim for the whole host where the address tells no more, and none where it cannot be read', async () => {
    world.registrations.push(
      pending('a', { location: 'url:https://other.example/x.yaml' }),
      pending('b', { location: 'url:https://git.test/raw/a/b/c%2f/x.yaml' }),
      pending('c', { home: undefined }),
    );
    const { items } = await list();
    expect(items.map(row => row.suggestedClaim?.location)).toEqual([
      { host: 'other.example' },
      undefined,
      expect.objectContaining({ ref: 'main' }),
    ]);
    expect(items[2].suggestedClaim?.home).toBe('local');
  });

  it('tells of a refused manifest its claim, its faults and what stays', async () => {
    world.registrations.push(
      registration('game', {
        state: 'Rejected',
        code: 'InvalidManifest',
        message: 'the manifest is not valid: spec.interval: required',
        claim: CLAIM,
        appliedAt: NOW - 3_600_000,
        warnings: [
          {
            path: 'spec.interval',
            code: 'required',
            message: 'spec.interval: required',
            severity: 'error',
            from: 'catalog',
          },
        ],
      }),
    );
    const row = await world
      .typedClient()
      .getRegistration('kustomization:default/game');
    expect(row).toMatchObject({
      state: 'Rejected',
      code: 'InvalidManifest',
      hint: expect.stringContaining('Correct the manifest'),
      claim: {
        location: { host: 'git.test', repository: 'team/game' },
        home: 'local',
        namespaces: ['default'],
      },
      warnings: [{ path: 'spec.interval' }],
      appliedAt: '2026-11-22T11:00:00.000Z',
    });
    expect(row.suggestedClaim).toBeUndefined();
  });

  it('shows no user and no password of an address', async () => {
    world.registrations.push(
      registration('game', {
        location: 'url:https://ada:hunter2@git.test/raw/team/game/main/x.yaml',
        state: 'Failed',
        code: 'LocationUnreadable',
        message: 'https://ada:hunter2@git.test/x.yaml: 404',
        warnings: [
          {
            code: 'x',
            message: 'see https://ada:hunter2@git.test',
            severity: 'error',
            from: 'catalog',
          },
        ],
      }),
    );
    const { body } = await world.get('/registrations');
    expect(body.totalItems).toBe(1);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|ada:/);
    const { items } = await list({
      location: 'url:https://git.test/raw/team/game/main/x.yaml',
    });
    expect(items).toHaveLength(1);
  });

  it('has what needs somebody first, filters by state, entity and location, and counts all states', async () => {
    world.registrations.push(
      registration('applied', { state: 'Applied' }),
      registration('fresh'),
      pending('waits', { location: 'url:https://other.example/x.yaml' }),
      registration('refused', { state: 'Rejected', code: 'ManagedElsewhere' }),
      registration('stale', {
        state: 'ManifestStale',
        code: 'ManifestChanged',
      }),
    );
    const all = await list();
    expect(refs(all.items)).toEqual([
      'refused',
      'stale',
      'waits',
      'fresh',
      'applied',
    ]);
    const some = await list({ state: ['PendingApproval', 'Rejected'] });
    expect(refs(some.items)).toEqual(['refused', 'waits']);
    expect(some.totalItems).toBe(2);
    expect(some.counts).toEqual({
      Rejected: 1,
      ManifestStale: 1,
      PendingApproval: 1,
      New: 1,
      Applied: 1,
    });
    expect(
      refs(
        (
          await list({
            entity: ['Kustomization:default/Waits', 'applied'],
          })
        ).items,
      ),
    ).toEqual(['waits', 'applied']);
    expect(
      refs(
        (await list({ location: 'url:https://other.example/x.yaml' })).items,
      ),
    ).toEqual(['waits']);
  });

  it('gives pages in both directions; a cursor belongs to its filters', async () => {
    ['a', 'b', 'c', 'd', 'e'].forEach(name =>
      world.registrations.push(pending(name)),
    );
    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.pageInfo.nextCursor });
    const back = await list({ limit: 2, cursor: second.pageInfo.prevCursor });
    expect([first, second, back].map(page => refs(page.items))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['a', 'b'],
    ]);
    for (const cursor of [second.pageInfo.nextCursor, 'bm9uZQ']) {
      await expect(list({ state: ['Rejected'], cursor })).rejects.toMatchObject(
        { status: 400, code: 'GITOPS_INVALID_CURSOR' },
      );
    }
  });

  it.each([
    'state=Broken',
    'entity=a%20b%20c',
    'location=',
    'limit=0',
    'name=game',
    'location=x&location=y',
  ])('refuses ?%s', async query => {
    expect(await world.get(`/registrations?${query}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'GITOPS_INVALID_REQUEST' } },
    });
  });
});

describe('permissions on registrations', () => {
  beforeEach(() => {
    world.registrations.push(
      pending('mine', { namespace: 'mine' }),
      pending('theirs', { namespace: 'theirs' }),
    );
  });

  it('hides what a condition hides: not listed, not counted, not found', async () => {
    world.policy[READ] = onlyIn('mine');
    const { items, totalItems, counts } = await list();
    expect(refs(items)).toEqual(['mine']);
    expect(totalItems).toBe(1);
    expect(counts).toEqual({ PendingApproval: 1 });
    const hidden = await world.get(
      '/registrations/kustomization/theirs/theirs',
    );
    const absent = await world.get(
      '/registrations/kustomization/theirs/absent',
    );
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect(hidden.body.error).toMatchObject({
      code: 'GITOPS_REGISTRATION_NOT_FOUND',
      message: absent.body.error?.message.replace('/absent', '/theirs'),
    });
    expect(
      (await world.get('/registrations/kustomization/mine/mine')).status,
    ).toBe(200);
  });

  it('says which permission is missing to whoever may see nothing', async () => {
    world.policy[READ] = { result: 'DENY' };
    expect(await world.get('/registrations')).toMatchObject({
      status: 403,
      body: { error: { code: 'GITOPS_NOT_ALLOWED' } },
    });
    expect(
      (await world.get('/registrations/kustomization/mine/mine')).status,
    ).toBe(404);
  });

  it('asks for a token, and takes no parameters where there are none', async () => {
    expect(
      (await world.get('/registrations/kustomization/mine/mine?x=1')).status,
    ).toBe(400);
    world.authorization = mockCredentials.none.header();
    expect((await world.get('/registrations')).status).toBe(401);
  });
});
