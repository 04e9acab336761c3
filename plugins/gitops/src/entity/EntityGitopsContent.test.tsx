import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Entity } from '@backstage/catalog-model';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import {
  gitopsApiRef,
  GitopsLiveProvider,
} from '@backstage-gitops/plugin-gitops-react';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { game } from '../__testUtils__/renderPlugin';
import { EntityGitopsCard } from './EntityGitopsCard';
import { EntityGitopsContent } from './EntityGitopsContent';

const repository = objectDetail({
  key: { kind: 'GitRepository', name: 'game-repo' },
  source: undefined,
  inventory: [],
  dependsOn: [],
});

const kustomization: Entity = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'game-app',
    annotations: { 'backstage-gitops.io/home': 'demo' },
  },
};

function show(element: JSX.Element, entity: Entity, api: GitopsApiMock) {
  return renderInTestApp(
    <EntityProvider entity={entity}>
      <GitopsLiveProvider>{element}</GitopsLiveProvider>
    </EntityProvider>,
    { apis: [[gitopsApiRef, api]] },
  );
}

const content = (entity: Entity, api: GitopsApiMock) =>
  show(<EntityGitopsContent />, entity, api);

const failing = () => {
  const api = new GitopsApiMock();
  api.error = new TypeError('Failed to fetch');
  return api;
};

const pending = () => {
  const api = new GitopsApiMock();
  jest.spyOn(api, 'listObjects').mockReturnValue(new Promise(() => {}));
  return api;
};

describe('EntityGitopsContent of a Component', () => {
  it('shows the one delivery, with its source in the picture', async () => {
    const api = new GitopsApiMock([objectDetail(), repository]);
    content(game, api);
    expect(await screen.findByText('What delivers game')).toBeInTheDocument();
    const flow = await screen.findByRole('list', { name: 'What delivers it' });
    expect(flow).toHaveTextContent('Raise the number of replicas');
    expect(screen.getByRole('button', { name: 'Suspend' })).toBeEnabled();
    expect(api.calls.slice(0, 2)).toEqual([
      'list {"entity":"component:default/game","limit":50}',
      'get demo/Kustomization/default/game-app',
    ]);
    expect(
      screen.queryByRole('columnheader', { name: 'Status' }),
    ).not.toBeInTheDocument();
  });

  it('lists several deliveries, and shows the one that is chosen', async () => {
    const api = new GitopsApiMock([
      objectDetail({
        key: { name: 'broken' },
        status: { word: 'Failed', reason: 'BuildFailed', sentence: 'no file' },
      }),
      objectDetail(),
    ]);
    content(game, api);
    expect(await screen.findByRole('alert')).toHaveTextContent('BuildFailed');
    await userEvent.click(screen.getByText('game-app'));
    expect(
      await screen.findByText('Applied revision: main@sha1:3f1c9d2'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('switches between inventory, conditions and events', async () => {
    content(game, new GitopsApiMock([objectDetail()]));
    await userEvent.click(
      await screen.findByRole('tab', { name: 'Conditions' }),
    );
    expect(
      await screen.findByRole('list', { name: 'Conditions' }),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'Inventory' }));
    expect(await screen.findByText('Deployment')).toBeInTheDocument();
  });

  it('says which label to set where nothing delivers it', async () => {
    content(game, new GitopsApiMock());
    const empty = await screen.findByRole('region', {
      name: 'Nothing delivers game yet',
    });
    expect(empty).toHaveTextContent('backstage.io/kubernetes-id: game');
    expect(empty).toHaveTextContent(
      'backstage-gitops.io/component: component:default/game',
    );
    expect(
      within(empty).getByRole('link', { name: 'Show all objects' }),
    ).toHaveAttribute('href', '/gitops');
  });

  it('names the permission that is missing', async () => {
    content(game, new GitopsApiMock().forbid());
    expect(
      await screen.findByText('It needs the permission gitops.object.read.'),
    ).toBeInTheDocument();
  });

  it('says what failed', async () => {
    content(game, failing());
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'What delivers game could not be read',
    );
  });

  it('has the shape of the tab while it loads', async () => {
    content(game, pending());
    expect(
      await screen.findByRole('status', { name: 'Loading the objects' }),
    ).toHaveAttribute('aria-busy', 'true');
  });
});

describe('EntityGitopsContent of a GitOps object', () => {
  it('shows that object by its key, without a list', async () => {
    const api = new GitopsApiMock([objectDetail(), repository]);
    content(kustomization, api);
    expect(
      await screen.findByRole('button', { name: 'Reconcile' }),
    ).toBeEnabled();
    expect(api.calls.filter(call => !call.startsWith('events'))).toEqual([
      'get demo/Kustomization/default/game-app',
      'registration kustomization:default/game-app',
    ]);
  });

  it('shows what the catalog found in the file', async () => {
    const found = {
      ...kustomization,
      metadata: {
        ...kustomization.metadata,
        annotations: {
          ...kustomization.metadata.annotations,
          'backstage-gitops.io/manifest-findings': JSON.stringify([
            {
              document: '1',
              code: 'foreignDocument',
              severity: 'warning',
              message: 'A Secret in this file is not taken',
            },
          ]),
        },
      },
    };
    content(found, new GitopsApiMock([objectDetail()]));
    expect(
      await screen.findByText(/A Secret in this file is not taken/),
    ).toBeInTheDocument();
  });

  it('asks by the entity where its home is not known, and says that it is in none', async () => {
    const api = new GitopsApiMock();
    content(
      {
        ...kustomization,
        metadata: { name: 'game-app', namespace: 'apps' },
      },
      api,
    );
    expect(
      await screen.findByText('This manifest is not in a home cluster'),
    ).toBeInTheDocument();
    expect(api.calls).toEqual([
      'list {"entity":"kustomization:apps/game-app","limit":50}',
      'registration kustomization:apps/game-app',
    ]);
  });
});

describe('EntityGitopsContent of a manifest that is not applied', () => {
  it('says why, where, and which claim would admit it', async () => {
    const api = new GitopsApiMock();
    api.registrations = [
      {
        entityRef: 'kustomization:default/game-app',
        home: 'demo',
        object: {
          kind: 'Kustomization',
          namespace: 'default',
          name: 'game-app',
        },
        location: 'url:https://git.example/team/game/main/gitops/app.yaml',
        document: '0',
        state: 'PendingApproval',
        code: 'NoClaim',
        message: 'No claim admits this file',
        hint: 'Add a claim or ask an administrator',
        suggestedClaim: {
          location: { host: 'git.example', repository: 'team/game' },
          home: 'demo',
          namespaces: ['default'],
          needsServiceAccount: true,
        },
        warnings: [],
        since: '2026-11-22T12:00:00Z',
        failures: 0,
      },
    ];
    content(kustomization, api);
    const notice = await screen.findByRole('note');
    expect(notice).toHaveTextContent('Waits for approval');
    expect(notice).toHaveTextContent('No claim admits this file');
    expect(notice).toHaveTextContent(
      'https://git.example/team/game/main/gitops/app.yaml, document 1',
    );
    expect(notice).toHaveTextContent('Add a claim or ask an administrator');
    expect(notice.querySelector('code')?.textContent).toBe(
      [
        'gitops:',
        '  claims:',
        '    - location:',
        '        host: "git.example"',
        '        repository: "team/game"',
        '      home: "demo"',
        '      namespaces: ["default"]',
        '      serviceAccount: "<name>"',
      ].join('\n'),
    );
  });
});

describe('EntityGitopsCard', () => {
  const card = (api: GitopsApiMock) => show(<EntityGitopsCard />, game, api);

  it('has a line for each object, and a sentence where not all is well', async () => {
    card(
      new GitopsApiMock([
        objectDetail({
          key: { name: 'broken' },
          status: { word: 'Failed', sentence: 'no such file' },
        }),
        objectDetail(),
      ]),
    );
    const lines = await screen.findAllByRole('listitem');
    expect(lines.map(line => line.textContent)).toEqual([
      'Failedbrokenmain@3f1c9d2no such file',
      'Readygame-appmain@3f1c9d2',
    ]);
    expect(screen.getByRole('link', { name: 'Details' })).toHaveAttribute(
      'href',
      '/catalog/default/component/game/gitops',
    );
  });

  it.each([
    ['nothing', new GitopsApiMock(), 'Nothing delivers this yet.'],
    ['forbidden', new GitopsApiMock().forbid(), 'You may not see this'],
    ['failing', failing(), 'The state could not be read.'],
  ])('has a state for: %s', async (_, api, text) => {
    card(api);
    expect(await screen.findByText(text)).toBeInTheDocument();
  });

  it('has the shape of a line while it loads', async () => {
    card(pending());
    expect(
      await screen.findByRole('status', { name: 'Loading the objects' }),
    ).toBeInTheDocument();
  });
});
