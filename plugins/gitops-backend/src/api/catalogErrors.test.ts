import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { CatalogErrorReport } from '@backstage-gitops/plugin-gitops-common';
import { CatalogError } from '../catalog/CatalogErrorStore';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';

const FILE = 'url:http://git.test/raw/team/game/main/gitops/game.yaml';

const error = (name: string, options: Partial<CatalogError> = {}) => ({
  entityRef: `location:default/${name}`,
  location: FILE,
  code: 'FileRejected' as const,
  message: 'it is not of an allowed kind',
  firstSeenAt: NOW - 60_000,
  lastSeenAt: NOW,
  ...options,
});

const REPORT: CatalogErrorReport = {
  errors: [
    {
      entityRef: 'location:default/a',
      location: FILE,
      code: 'LocationUnreadable',
      message: '404 Not Found',
      validForSeconds: 450,
    },
  ],
  resolved: [{ entityRef: 'location:default/b' }],
};

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld();
});

describe('errors of the catalog', () => {
  it('are listed page by page, with what to do', async () => {
    world.catalogErrors.push(
      error('a'),
      error('b', { firstSeenAt: NOW }),
      error('c', { location: 'url:http://git.test/x.yaml' }),
    );
    const client = world.typedClient();
    const first = await client.listCatalogErrors({ limit: 2 });
    expect(first.totalItems).toBe(3);
    expect(first.items[0]).toEqual({
      entityRef: 'location:default/b',
      location: FILE,
      code: 'FileRejected',
      message: 'it is not of an allowed kind',
      hint: expect.stringContaining('catalog.rules'),
      since: '2026-11-22T12:00:00.000Z',
      lastSeenAt: '2026-11-22T12:00:00.000Z',
    });
    const second = await client.listCatalogErrors({
      limit: 2,
      cursor: first.pageInfo.nextCursor,
    });
    expect(second.items.map(({ entityRef }) => entityRef)).toEqual([
      'location:default/c',
    ]);
    const ofFile = await client.listCatalogErrors({ location: FILE });
    expect(ofFile.totalItems).toBe(2);
  });

  it('tell how a file gets the name of an object that is there already', async () => {
    const taken = 'kustomization:default/a is in the catalog already, from ';
    world.catalogErrors.push(
      error('a', { code: 'NameTaken', message: `${taken}gitops-home:local` }),
      error('b', { code: 'NameTaken', message: `${taken}${FILE}` }),
    );
    const { items } = await world.typedClient().listCatalogErrors();
    expect(items[0].hint).toContain('once a claim');
    expect(items[1].hint).toContain('unregister');
  });

  it('are for those who may read the locations of the catalog', async () => {
    world.policy['catalog.location.read'] = { result: AuthorizeResult.DENY };
    world.catalogErrors.push(error('a'));
    const { status, body } = await world.get('/catalog-errors');
    expect(status).toBe(403);
    expect(body.error?.message).toContain('catalog.location.read');
  });

  it('are taken from the catalog alone', async () => {
    expect((await world.post('/catalog-errors', REPORT)).status).toBe(403);
    world.authorization = mockCredentials.service.header({
      onBehalfOf: mockCredentials.service('plugin:other'),
      targetPluginId: 'test',
    });
    expect((await world.post('/catalog-errors', REPORT)).status).toBe(403);
    expect(world.reported).toEqual([]);

    world.authorization = mockCredentials.service.header({
      onBehalfOf: mockCredentials.service('plugin:catalog'),
      targetPluginId: 'test',
    });
    const { status, body } = await world.post('/catalog-errors', REPORT);
    expect({ status, body }).toEqual({
      status: 200,
      body: { registrations: 1 },
    });
    expect(world.reported).toEqual([REPORT]);
  });

  it.each([
    ['no lists', {}],
    [
      'another code',
      { ...REPORT, errors: [{ ...REPORT.errors[0], code: 'x' }] },
    ],
    [
      'no time',
      { ...REPORT, errors: [{ ...REPORT.errors[0], validForSeconds: 0 }] },
    ],
    ['an empty reference', { errors: [], resolved: [{ entityRef: '' }] }],
    ['a text for a list', { errors: 'x', resolved: [] }],
  ])('are refused with %s', async (_, body) => {
    const answer = await world.post('/catalog-errors', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error?.code).toBe('GITOPS_INVALID_REQUEST');
  });
});
