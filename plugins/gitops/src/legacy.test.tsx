import { Route } from 'react-router-dom';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FlatRoutes } from '@backstage/core-app-api';
import { mockApis } from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { game } from './__testUtils__/renderPlugin';
import { EntityGitopsCard, EntityGitopsContent, GitopsPage } from './legacy';

const mountedRoutes = { '/catalog/:namespace/:kind/:name': entityRouteRef };

describe('the plugin on @backstage/core-plugin-api', () => {
  it('has the page with all objects, and the page of each', async () => {
    await renderInTestApp(
      <TestApiProvider
        apis={[
          [gitopsApiRef, new GitopsApiMock([objectDetail()])],
          [permissionApiRef, mockApis.permission()],
        ]}
      >
        <FlatRoutes>
          <Route path="/gitops" element={<GitopsPage />} />
        </FlatRoutes>
      </TestApiProvider>,
      { mountedRoutes, routeEntries: ['/gitops'] },
    );
    expect(
      await screen.findByText('The only object is Ready'),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByText('game-app'));
    expect(
      await screen.findByRole('heading', { name: 'game-app' }),
    ).toBeInTheDocument();
  });

  it('has the entity tab and the card, without the page as well', async () => {
    await renderInTestApp(
      <TestApiProvider
        apis={[[gitopsApiRef, new GitopsApiMock([objectDetail()])]]}
      >
        <EntityProvider entity={game}>
          <EntityGitopsCard />
          <EntityGitopsContent />
        </EntityProvider>
      </TestApiProvider>,
      { mountedRoutes },
    );
    expect(await screen.findByText('What delivers game')).toBeInTheDocument();
    expect(
      await screen.findByText('Raise the number of replicas'),
    ).toBeVisible();
    expect(screen.getByRole('heading', { name: 'GitOps' })).toBeInTheDocument();
  });
});
