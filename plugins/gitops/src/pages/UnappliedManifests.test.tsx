import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import {
  catalogErrorRow,
  GitopsApiMock,
  objectDetail,
  registrationRow,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderPage } from '../__testUtils__/renderPlugin';

const refused = registrationRow({
  entityRef: 'helmrelease:shop/shop',
  object: { kind: 'HelmRelease', namespace: 'shop', name: 'shop' },
  state: 'Rejected',
  code: 'InvalidManifest',
  message: 'the manifest is not valid: spec.interval: required',
});
const applied = registrationRow({
  entityRef: 'kustomization:default/fine',
  state: 'Applied',
});

function world(...registrations: GitopsApiMock['registrations']) {
  const api = new GitopsApiMock([objectDetail()]);
  api.registrations = registrations;
  return api;
}

describe('registered manifests on the page of all objects', () => {
  it('says how many are not applied, and shows them when asked', async () => {
    renderPage('/gitops', world(registrationRow(), refused, applied));
    expect(
      await screen.findByText('2 registered manifests are not applied'),
    ).toBeInTheDocument();
    expect(screen.queryByText(/Waits for approval/)).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /^Show them/ }));
    const list = await screen.findByRole('list', {
      name: '2 registered manifests are not applied',
    });
    const rows = await within(list).findAllByRole('listitem');
    expect(rows.map(row => row.textContent)).toEqual([
      expect.stringContaining('Waits for approval'),
      expect.stringContaining('spec.interval: required'),
    ]);
    expect(
      within(rows[1]).getByRole('link', { name: 'shop/shop' }),
    ).toHaveAttribute('href', '/catalog/shop/helmrelease/shop/gitops');
    await userEvent.click(screen.getByRole('button', { name: /^Hide them/ }));
    expect(screen.queryByText(/Waits for approval/)).not.toBeInTheDocument();
  });

  it('is open where the address says so', async () => {
    renderPage('/gitops?registrations=unapplied', world(registrationRow()));
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    expect(
      screen.getByText('1 registered manifest is not applied'),
    ).toBeInTheDocument();
  });

  it('shows more when asked', async () => {
    const many = Array.from({ length: 25 }, (_, i) =>
      registrationRow({ entityRef: `kustomization:default/m${i}` }),
    );
    renderPage('/gitops?registrations=unapplied', world(...many));
    expect(await screen.findAllByText('Waits for approval')).toHaveLength(20);
    await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText(/m24|25 registered/)).toBeInTheDocument();
    expect(await screen.findAllByText('Waits for approval')).toHaveLength(25);
    expect(
      screen.queryByRole('button', { name: 'Show more' }),
    ).not.toBeInTheDocument();
  });

  it('says nothing where all are applied', async () => {
    renderPage('/gitops', world(applied));
    expect(
      await screen.findByText('The only object is Ready'),
    ).toBeInTheDocument();
    expect(screen.queryByText(/not applied/)).not.toBeInTheDocument();
  });

  it('is there also while there is no object at all', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow()];
    renderPage('/gitops', api);
    expect(
      await screen.findByText('1 registered manifest is not applied'),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('region', { name: 'No GitOps objects yet' }),
    ).toBeInTheDocument();
  });
});

describe('errors of the catalog on the page of all objects', () => {
  it('says how many files have errors, and shows why and what to do', async () => {
    const api = world(applied);
    api.catalogErrors = [
      catalogErrorRow(),
      catalogErrorRow({
        entityRef: 'location:default/page',
        location: 'url:https://git.example/games/game/page.yaml',
        code: 'FileRejected',
        message: 'it is a page of HTML, not YAML',
      }),
    ];
    renderPage('/gitops', api);
    const title = '2 registered files have errors';
    expect(await screen.findByText(title)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /^Show them/ }));
    const list = await screen.findByRole('list', { name: title });
    const rows = await within(list).findAllByRole('listitem');
    expect(rows.map(row => row.textContent)).toEqual([
      expect.stringMatching(/The file cannot be read.*404.*Open the address/),
      expect.stringMatching(/The file is not taken.*HTML/),
    ]);
    expect(
      within(rows[0]).getByRole('link', { name: /gitops\/game\.yaml/ }),
    ).toHaveAttribute(
      'href',
      'https://git.example/games/game/gitops/game.yaml',
    );
  });

  it('keeps silent where one may not see them', async () => {
    const api = world(applied);
    api.catalogErrors = [catalogErrorRow()];
    jest.spyOn(api, 'listCatalogErrors').mockRejectedValue(
      new GitopsApiError({
        message: 'no',
        code: 'GITOPS_NOT_ALLOWED',
        status: 403,
      }),
    );
    renderPage('/gitops', api);
    expect(
      await screen.findByText('The only object is Ready'),
    ).toBeInTheDocument();
    expect(screen.queryByText(/have errors/)).not.toBeInTheDocument();
  });
});
