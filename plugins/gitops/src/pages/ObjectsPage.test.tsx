import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderPage } from '../__testUtils__/renderPlugin';
import { readQuery, writeQuery } from './useObjectsQuery';

const failed = objectDetail({
  key: { name: 'shop', kind: 'HelmRelease' },
  status: { word: 'Failed', sentence: 'install failed' },
});

describe('ObjectsPage', () => {
  it('tells in a sentence how things are, and lists all objects', async () => {
    renderPage('/gitops', new GitopsApiMock([failed, objectDetail()]));
    expect(
      await screen.findByText('1 of 2 objects needs attention'),
    ).toBeInTheDocument();
    expect(screen.getAllByRole('row')).toHaveLength(3);
    expect(screen.getByRole('button', { name: 'Failed, 1' })).toBeVisible();
  });

  it.each([
    [[objectDetail()], 'The only object is Ready'],
    [
      [objectDetail(), objectDetail({ key: { name: 'b' } })],
      'All 2 objects are Ready',
    ],
    [[failed], 'The only object needs attention'],
    [
      [
        objectDetail(),
        objectDetail({
          key: { name: 'b' },
          status: { word: 'Suspended' },
        }),
      ],
      'None of 2 objects needs attention',
    ],
  ])('says of others %#: %s', async (objects, sentence) => {
    renderPage('/gitops', new GitopsApiMock(objects));
    expect(await screen.findByText(sentence)).toBeInTheDocument();
  });

  it('says which home is another cluster than it was', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    api.homes = [
      {
        name: 'demo',
        mode: 'reconcile',
        connected: true,
        since: '2026-11-22T12:00:00Z',
        totalItems: 1,
        counts: { Ready: 1 },
        replaced: { was: 'uid-1', is: 'uid-2' },
      },
    ];
    renderPage('/gitops', api);
    expect(
      await screen.findByText('Home demo is another cluster than it was'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/until clusterUid of the home in app-config is uid-2/),
    ).toBeInTheDocument();
  });

  it('filters by what the address says, and changes it', async () => {
    const api = new GitopsApiMock([failed, objectDetail()]);
    renderPage('/gitops?status=Failed&status=Nonsense', api);
    expect(await screen.findByText('shop')).toBeInTheDocument();
    expect(api.calls).toContain('list {"status":["Failed"]}');
    await userEvent.click(screen.getByRole('button', { name: 'Failed, 1' }));
    expect(await screen.findByText('game-app')).toBeInTheDocument();
  });

  it('goes to the page of an object', async () => {
    renderPage('/gitops', new GitopsApiMock([objectDetail()]));
    await userEvent.click(await screen.findByText('game-app'));
    expect(
      await screen.findByRole('heading', { name: 'game-app' }),
    ).toBeInTheDocument();
  });

  it('has the shape of the list while it loads', async () => {
    const api = new GitopsApiMock();
    jest.spyOn(api, 'listObjects').mockReturnValue(new Promise(() => {}));
    renderPage('/gitops', api);
    expect(await screen.findByText('Loading table data.')).toBeInTheDocument();
  });

  it('says how objects get here where there are none', async () => {
    renderPage('/gitops', new GitopsApiMock());
    const empty = await screen.findByRole('region', {
      name: 'No GitOps objects yet',
    });
    expect(empty).toHaveTextContent('registered in the catalog');
  });

  it('says that filters hide everything, and clears them', async () => {
    renderPage('/gitops?search=nothing', new GitopsApiMock([objectDetail()]));
    const empty = await screen.findByRole('region', {
      name: 'No object matches the filters',
    });
    await userEvent.click(within(empty).getByRole('button'));
    expect(await screen.findByText('game-app')).toBeInTheDocument();
  });

  it('names the permission that is missing, and asks only once', async () => {
    const api = new GitopsApiMock().forbid();
    renderPage('/gitops', api);
    expect(
      await screen.findByText('It needs the permission gitops.object.read.'),
    ).toBeInTheDocument();
    expect(api.calls.filter(call => call.startsWith('list'))).toHaveLength(1);
  });

  it('says what failed and when it is tried again', async () => {
    const api = new GitopsApiMock();
    api.error = new TypeError('Failed to fetch');
    renderPage('/gitops', api);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The list of objects could not be read');
    expect(alert).toHaveTextContent(/Next try\s*in \d+s/);
    api.error = undefined;
    api.objects = [objectDetail()];
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('game-app')).toBeInTheDocument();
  });

  it('keeps the rows when a later read fails, and says so', async () => {
    const api = new GitopsApiMock([objectDetail(), failed]);
    renderPage('/gitops', api);
    await screen.findByText('game-app');
    api.error = new TypeError('Failed to fetch');
    await userEvent.click(
      screen.getByRole('columnheader', { name: 'Changed' }),
    );
    expect(
      await screen.findByText('This may be out of date'),
    ).toBeInTheDocument();
    expect(screen.getByText('game-app')).toBeInTheDocument();
  });

  it('names the home that does not answer', async () => {
    renderPage(
      '/gitops',
      new GitopsApiMock([objectDetail({ homeState: 'disconnected' })]),
    );
    expect(await screen.findByText('No answer from demo')).toBeInTheDocument();
  });

  it('shows the first page where the address has a page of another list', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    const list = api.listObjects.bind(api);
    const asked = jest.spyOn(api, 'listObjects').mockImplementation(query => {
      if (!query?.cursor) return list(query);
      return Promise.reject(
        new GitopsApiError({
          message: 'other filters',
          code: 'GITOPS_INVALID_CURSOR',
          status: 400,
        }),
      );
    });
    renderPage('/gitops?cursor=old', api);
    expect(await screen.findByText('game-app')).toBeInTheDocument();
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  });
});

describe('the address of a list', () => {
  it('holds filters, order and page, and nothing that cannot be', () => {
    const text =
      'home=demo&kind=Kustomization&kind=HelmRelease&namespace=a&status=Failed&search=x+y&sort=name&cursor=c';
    const query = readQuery(new URLSearchParams(text));
    expect(query).toEqual({
      home: 'demo',
      kind: ['Kustomization', 'HelmRelease'],
      namespace: 'a',
      status: ['Failed'],
      search: 'x y',
      sort: 'name',
      cursor: 'c',
    });
    expect(writeQuery(query).toString()).toBe(text);
    expect(
      readQuery(new URLSearchParams('home=&status=Broken&sort=size&kind=')),
    ).toEqual({});
  });
});
