import { screen, within } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import {
  gitopsApiRef,
  GitopsLiveProvider,
} from '@backstage-gitops/plugin-gitops-react';
import {
  catalogErrorRow,
  GitopsApiMock,
  registrationRow,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { LocationContent } from './LocationContent';

const FILE = 'url:https://git.example/games/game/gitops/game.yaml';
const OTHER = 'url:https://git.example/games/game/other.yaml';

const location = (spec: object): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Location',
  metadata: { name: 'generated-1' },
  spec: { type: 'url', ...spec },
});
const entity = location({ target: FILE.slice('url:'.length) });

const show = (shown: Entity, api: GitopsApiMock) =>
  renderInTestApp(
    <GitopsLiveProvider>
      <LocationContent entity={shown} />
    </GitopsLiveProvider>,
    { apis: [[gitopsApiRef, api]] },
  );

describe('the tab of a Location', () => {
  it('shows what is wrong with its file, and what became of each manifest', async () => {
    const api = new GitopsApiMock();
    api.catalogErrors = [
      catalogErrorRow({ location: FILE }),
      catalogErrorRow({ location: OTHER, message: 'of another file' }),
    ];
    api.registrations = [
      registrationRow({ location: FILE }),
      registrationRow({
        entityRef: 'kustomization:default/fine',
        object: { kind: 'Kustomization', namespace: 'default', name: 'fine' },
        location: FILE,
        state: 'Applied',
        message: undefined,
      }),
      registrationRow({
        entityRef: 'kustomization:default/elsewhere',
        location: OTHER,
      }),
    ];
    show(entity, api);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /1 registered file has an error.*404/,
    );
    const list = await screen.findByRole('list', {
      name: '2 registered manifests',
    });
    const rows = within(list).getAllByRole('listitem');
    expect(rows.map(row => row.textContent)).toEqual([
      expect.stringContaining('Waits for approval'),
      expect.stringMatching(/default\/fineApplied/),
    ]);
    expect(screen.queryByText('of another file')).not.toBeInTheDocument();
  });

  it('shows every file of the Location', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow({ location: OTHER })];
    show(location({ targets: [FILE, OTHER].map(file => file.slice(4)) }), api);
    expect(
      await screen.findByText('No GitOps manifests here'),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('list', { name: '1 registered manifest' }),
    ).toBeInTheDocument();
  });

  it('says what is missing where one may see nothing', async () => {
    show(entity, new GitopsApiMock().forbid());
    expect(await screen.findByText('You may not see this')).toBeInTheDocument();
  });

  it('says that the backend does not answer', async () => {
    const api = new GitopsApiMock();
    api.error = new TypeError('Failed to fetch');
    show(entity, api);
    expect(
      await screen.findByText('What this location registers could not be read'),
    ).toBeInTheDocument();
  });
});
