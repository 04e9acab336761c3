import { Route } from 'react-router-dom';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FlatRoutes } from '@backstage/core-app-api';
import { mockApis } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  DoctorReport,
  GitopsApiError,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import {
  catalogErrorRow,
  doctorReport,
  GitopsApiMock,
  objectDetail,
  registrationRow,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { renderPage } from '../__testUtils__/renderPlugin';
import { GitopsPage } from '../legacy';

const signals = {
  check: 'host.signals',
  level: 'warning' as const,
  title: 'The signals plugin is not installed',
  meaning: 'Pages ask every ten seconds.',
  action: 'Add the plugin to the backend.',
  snippet: {
    file: 'packages/backend/src/index.ts',
    text: "backend.add(import('@backstage/plugin-signals-backend'));",
  },
};

const silent = {
  check: 'home.answers',
  level: 'error' as const,
  title: 'Home production does not answer',
  home: 'production',
  section: 'homes' as const,
};

function world(report: Partial<DoctorReport> = {}) {
  const api = new GitopsApiMock([objectDetail()]);
  api.doctor = doctorReport(report);
  return api;
}

const forbidden = new GitopsApiError({
  message: 'You need the permission gitops.doctor.read',
  code: 'GITOPS_NOT_ALLOWED',
  status: 403,
});

describe('the report of the doctor', () => {
  it('says that all is well, and what was looked at', async () => {
    renderPage('/gitops/doctor', world());
    expect(await screen.findByText('All is well')).toBeInTheDocument();
    expect(screen.getByText('1 check found nothing to do')).toBeInTheDocument();
    expect(screen.getByText('The plugin database is PostgreSQL')).toBeVisible();
    expect(
      screen
        .getAllByRole('heading', { level: 2 })
        .map(heading => heading.textContent),
    ).toEqual(
      expect.arrayContaining([
        'All is well',
        'Findings',
        'Homes',
        'Registered manifests',
        'Objects',
        'Work queue',
      ]),
    );
  });

  it('tells the worst first, what it means, and what to add', async () => {
    // Gives the browser a clipboard.
    const user = userEvent.setup();
    const copied = jest.spyOn(navigator.clipboard, 'writeText');
    renderPage(
      '/gitops/doctor',
      world({
        level: 'error',
        counts: { error: 1, warning: 1, unknown: 1, ok: 0 },
        findings: [silent, signals],
      }),
    );
    expect(
      await screen.findByText(
        '2 things need attention; 1 cannot be known from here',
      ),
    ).toBeInTheDocument();
    const findings = screen.getByRole('region', { name: 'Findings' });
    const rows = within(findings).getAllByRole('listitem');
    expect(rows.map(row => row.textContent)).toEqual([
      expect.stringMatching(/^ErrorHome production does not answer/),
      expect.stringMatching(/^WarningThe signals plugin.*Add the plugin/),
    ]);
    expect(
      within(rows[0]).getByRole('link', { name: 'To the homes' }),
    ).toHaveAttribute('href', '/gitops/doctor#doctor-homes');
    await user.click(within(rows[1]).getByRole('button', { name: /^Copy/ }));
    expect(
      await within(rows[1]).findByRole('button', { name: /^Copied/ }),
    ).toBeInTheDocument();
    expect(copied).toHaveBeenCalledWith(`${signals.snippet.text}\n`);
  });

  it('shows homes with their kinds and claims', async () => {
    renderPage('/gitops/doctor', world());
    const homes = await screen.findByRole('region', { name: 'Homes' });
    expect(
      within(homes).getByRole('heading', { name: 'production' }),
    ).toBeInTheDocument();
    expect(within(homes).getByText('v1.34.1')).toBeInTheDocument();
    const kinds = within(homes).getByRole('table', { name: 'Kinds' });
    expect(
      within(kinds).getByRole('row', { name: /Kustomization.*1.*this portal/ }),
    ).toBeInTheDocument();
    const claims = within(homes).getByRole('table', { name: 'Claims' });
    expect(
      within(claims).getByRole('rowheader', { name: 'git.example/games/game' }),
    ).toBeInTheDocument();
  });

  it('leads to what is registered, to objects and to what fails', async () => {
    const { queue, objects } = doctorReport();
    const lost = { home: 'h', kind: 'Kustomization', namespace: 'n' };
    renderPage(
      '/gitops/doctor',
      world({
        registrations: {
          totalItems: 22,
          counts: { PendingApproval: 21, Orphaned: 1 },
          lists: [
            {
              state: 'PendingApproval',
              totalItems: 21,
              items: [
                registrationRow({ entityRef: 'kustomization:shop/shop' }),
              ],
            },
            {
              state: 'Orphaned',
              totalItems: 1,
              items: [
                registrationRow({
                  entityRef: 'kustomization:shop/old',
                  state: 'Orphaned',
                  home: 'production',
                  object: {
                    kind: 'Kustomization',
                    namespace: 'shop',
                    name: 'old',
                  },
                }),
              ],
            },
          ],
          rejectedFiles: { totalItems: 1, items: [catalogErrorRow()] },
        },
        objects: {
          ...objects!,
          withoutOwner: { totalItems: 1, items: [{ ...lost, name: 'alone' }] },
        },
        queue: {
          ...queue!,
          failing: {
            totalItems: 1,
            items: [{ object: { ...lost, name: 'bad' }, failures: 7, lost: 0 }],
          },
        },
      }),
    );
    const hrefOf = (name: RegExp | string) =>
      screen.getByRole('link', { name }).getAttribute('href');
    const pending = await screen.findByRole('list', {
      name: 'Waiting for approval (21)',
    });
    expect(
      within(pending).getByRole('link', { name: 'default/game-app' }),
    ).toBeVisible();
    expect(screen.getByText(/1 of 21 are listed/)).toBeInTheDocument();
    expect(hrefOf('All of them')).toBe('/gitops?registrations=unapplied');
    expect(
      screen.getByRole('list', {
        name: '1 file that the catalog cannot take',
      }),
    ).toBeInTheDocument();
    // An orphan has no entity any more.
    expect(hrefOf('shop/old')).toBe(
      '/gitops/objects/production/Kustomization/shop/old',
    );
    expect(hrefOf(/alone/)).toBe('/gitops/objects/h/Kustomization/n/alone');
    expect(hrefOf(/bad/)).toBe('/gitops/objects/h/Kustomization/n/bad');
    expect(
      screen.getByRole('table', { name: 'Failing (1)' }),
    ).toHaveTextContent('7');
  });

  it('leaves out what could not be looked at', async () => {
    renderPage('/gitops/doctor', world({ queue: undefined, homes: [] }));
    expect(
      await screen.findByText('No home cluster is configured.'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('region', { name: 'Work queue' }),
    ).not.toBeInTheDocument();
  });

  it('is made anew when asked', async () => {
    const api = world();
    renderPage('/gitops/doctor', api);
    await screen.findByText('All is well');
    api.doctor = doctorReport({
      level: 'warning',
      counts: { error: 0, warning: 1, unknown: 0, ok: 0 },
      findings: [signals],
    });
    await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
    expect(
      await screen.findByText('1 thing needs attention'),
    ).toBeInTheDocument();
    expect(api.calls.filter(call => call === 'doctor')).toHaveLength(2);
  });

  it('names the permission to those who have it not', async () => {
    const api = world();
    api.error = forbidden;
    renderPage('/gitops/doctor', api);
    expect(await screen.findByText(/gitops\.doctor\.read/)).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Reload' }),
    ).not.toBeInTheDocument();
  });

  it('says why there is none, and tries again when asked', async () => {
    const api = world();
    api.error = new GitopsApiError({
      message: 'the backend is down',
      code: 'HTTP_502',
      status: 502,
    });
    renderPage('/gitops/doctor', api);
    expect(await screen.findByText('the backend is down')).toBeInTheDocument();
    api.error = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('All is well')).toBeInTheDocument();
  });
});

describe('the way to the doctor', () => {
  it('is in the header of the page, for those who may', async () => {
    renderPage('/gitops', world());
    await userEvent.click(await screen.findByRole('link', { name: 'Doctor' }));
    expect(await screen.findByText('All is well')).toBeInTheDocument();
    await waitFor(() =>
      expect(
        screen.queryByRole('link', { name: 'Doctor' }),
      ).not.toBeInTheDocument(),
    );
  });

  it('is there in apps on @backstage/core-plugin-api as well', async () => {
    const page = (
      <TestApiProvider
        apis={[
          [gitopsApiRef, world()],
          [permissionApiRef, mockApis.permission()],
        ]}
      >
        <FlatRoutes>
          <Route path="/gitops" element={<GitopsPage />} />
        </FlatRoutes>
      </TestApiProvider>
    );
    const options = {
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
      routeEntries: ['/gitops'],
    };
    await renderInTestApp(page, options);
    await userEvent.click(await screen.findByRole('link', { name: 'Doctor' }));
    expect(await screen.findByText('All is well')).toBeInTheDocument();
  });
});
