import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderPage } from '../__testUtils__/renderPlugin';

const path = '/gitops/objects/demo/Kustomization/default/game-app';

describe('ObjectPage', () => {
  it('shows state, warnings, delivery and buttons', async () => {
    renderPage(
      path,
      new GitopsApiMock([
        objectDetail({
          warnings: [
            {
              path: 'spec.validation',
              code: 'droppedField',
              message: 'spec.validation was dropped: Flux has no such field',
              severity: 'warning',
              from: 'home',
            },
          ],
        }),
      ]),
    );
    expect(
      await screen.findByText(/spec\.validation was dropped/),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Applied revision: main@sha1:3f1c9d2'),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Raise the number of replicas'),
    ).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Reconcile' })).toBeEnabled();
    expect(screen.getByRole('button', { name: 'Suspend' })).toBeEnabled();
  });

  it('has a part for each tab, and the tab in the address', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    renderPage(`${path}/inventory`, api);
    expect(await screen.findAllByRole('rowheader')).toHaveLength(2);
    await userEvent.click(screen.getByRole('link', { name: 'Conditions' }));
    expect(
      await screen.findByRole('list', { name: 'Conditions' }),
    ).toHaveTextContent('ReconciliationSucceeded');
    await userEvent.click(screen.getByRole('link', { name: 'History' }));
    expect(
      await screen.findByText('Nothing was delivered yet'),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('link', { name: 'Events' }));
    expect(await screen.findByText('No events yet')).toBeInTheDocument();
  });

  it('says that there is no such object', async () => {
    renderPage(path, new GitopsApiMock());
    expect(
      await screen.findByRole('region', {
        name: 'No Kustomization game-app here',
      }),
    ).toHaveTextContent('namespace default of home demo');
    expect(screen.getByRole('link', { name: 'All objects' })).toHaveAttribute(
      'href',
      '/gitops',
    );
  });

  it('names the permission that is missing', async () => {
    renderPage(path, new GitopsApiMock().forbid());
    expect(
      await screen.findByText('It needs the permission gitops.object.read.'),
    ).toBeInTheDocument();
  });

  it('says what failed', async () => {
    const api = new GitopsApiMock();
    api.error = new TypeError('Failed to fetch');
    renderPage(path, api);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Kustomization/default/game-app, demo',
    );
  });

  it('has the shape of the page while it loads', async () => {
    const api = new GitopsApiMock();
    jest.spyOn(api, 'getObject').mockReturnValue(new Promise(() => {}));
    renderPage(path, api);
    expect(
      await screen.findByRole('status', { name: 'Loading the object' }),
    ).toHaveAttribute('aria-busy', 'true');
  });
});
