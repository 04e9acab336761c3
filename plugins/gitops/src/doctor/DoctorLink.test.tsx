import { Route } from 'react-router-dom';
import { screen, waitFor } from '@testing-library/react';
import { FlatRoutes } from '@backstage/core-app-api';
import { mockApis } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { GitopsPage } from '../legacy';

// A file of its own: what may be done is remembered between tests of one file.
describe('the way to the doctor', () => {
  it('is hidden from those who may not', async () => {
    const authorize = jest.fn((): AuthorizeResult.DENY => AuthorizeResult.DENY);
    await renderInTestApp(
      <TestApiProvider
        apis={[
          [gitopsApiRef, new GitopsApiMock([objectDetail()])],
          [permissionApiRef, mockApis.permission({ authorize })],
        ]}
      >
        <FlatRoutes>
          <Route path="/gitops" element={<GitopsPage />} />
        </FlatRoutes>
      </TestApiProvider>,
      {
        mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
        routeEntries: ['/gitops'],
      },
    );
    expect(
      await screen.findByText('The only object is Ready'),
    ).toBeInTheDocument();
    await waitFor(() => expect(authorize).toHaveBeenCalled());
    expect(
      screen.queryByRole('link', { name: 'Doctor' }),
    ).not.toBeInTheDocument();
  });
});
