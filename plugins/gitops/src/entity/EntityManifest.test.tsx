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
  registrationRow,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { game } from '../__testUtils__/renderPlugin';
import { EntityGitopsContent } from './EntityGitopsContent';

const kustomization: Entity = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'game-app',
    annotations: {
      'backstage-gitops.io/home': 'demo',
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

function show(entity: Entity, api: GitopsApiMock) {
  return renderInTestApp(
    <EntityProvider entity={entity}>
      <GitopsLiveProvider>
        <EntityGitopsContent />
      </GitopsLiveProvider>
    </EntityProvider>,
    { apis: [[gitopsApiRef, api]] },
  );
}

/** Longer than until it is read again. */
const LONG = { timeout: 4_000 };

const rejected = registrationRow({
  state: 'Rejected',
  code: 'InvalidManifest',
  message: 'spec.interval: required',
  appliedAt: '2026-11-22T11:00:00Z',
});

describe('the tab of a registered manifest', () => {
  it('lets whoever may decide about it', async () => {
    const api = new GitopsApiMock();
    api.registrations = [
      registrationRow({
        may: { approve: true },
        suggestedClaim: {
          location: { host: 'git.example' },
          home: 'demo',
          namespaces: ['default'],
          needsServiceAccount: true,
        },
      }),
    ];
    show(kustomization, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Approve' }),
    );
    const dialog = await screen.findByRole('dialog', { name: /Approve/ });
    const approve = within(dialog).getByRole('button', { name: 'Approve' });
    expect(approve).toBeDisabled();
    await userEvent.type(
      within(dialog).getByLabelText(/ServiceAccount/),
      'deployer',
    );
    await userEvent.click(approve);
    expect(
      await screen.findByText('Registered just now', undefined, LONG),
    ).toBeInTheDocument();
    expect(api.calls).toContain(
      'approve kustomization:default/game-app {"serviceAccount":"deployer"}',
    );
  });

  it('wants a reason for a rejection, and says who rejected', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow({ may: { approve: true } })];
    show(kustomization, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Reject' }),
    );
    const dialog = await screen.findByRole('dialog', { name: /Reject/ });
    const reject = within(dialog).getByRole('button', { name: 'Reject' });
    expect(reject).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText(/Reason/), 'not here');
    await userEvent.click(reject);
    expect(
      await screen.findByText(/guest rejected it: not here/, undefined, LONG),
    ).toBeInTheDocument();
  });

  it('deletes an object that is not registered any more, after its name was typed', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    api.registrations = [
      registrationRow({ state: 'Orphaned', code: 'EntityVanished' }),
    ];
    show(kustomization, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Delete…' }),
    );
    const dialog = await screen.findByRole('dialog', { name: /Delete/ });
    const remove = within(dialog).getByRole('button', { name: 'Delete' });
    expect(remove).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText(/Type/), 'game-app');
    await userEvent.click(remove);
    expect(api.calls).toContainEqual(
      expect.stringMatching(/^delete demo\/Kustomization\/default\/game-app ./),
    );
  });

  it('offers no decision to whoever may not', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow({ may: { approve: false } })];
    show(kustomization, api);
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Approve' }),
    ).not.toBeInTheDocument();
  });

  it('says why there is no object, in place of that there is none', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow()];
    show(kustomization, api);
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    expect(
      screen.getByText(/A Secret in this file is not taken/),
    ).toBeInTheDocument();
    expect(
      screen.queryByText('No Kustomization game-app here'),
    ).not.toBeInTheDocument();
  });

  it('shows the object as soon as the manifest is applied', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow()];
    show(kustomization, api);
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    api.registrations = [registrationRow({ state: 'Applied' })];
    api.objects = [objectDetail()];
    expect(
      await screen.findByRole('button', { name: 'Reconcile' }, LONG),
    ).toBeEnabled();
    expect(screen.queryByText('Waits for approval')).not.toBeInTheDocument();
  });

  it('says above the object that its last change was refused, once', async () => {
    const api = new GitopsApiMock([
      objectDetail({
        warnings: [
          {
            code: 'InvalidManifest',
            message: `${rejected.entityRef}: ${rejected.message}`,
            severity: 'error',
            from: 'catalog',
          },
        ],
      }),
    ]);
    api.registrations = [rejected];
    show(kustomization, api);
    expect(
      await screen.findByText(
        'The manifest changed and the change was refused; the last good one stays',
      ),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: 'Reconcile' }),
    ).toBeEnabled();
    expect(screen.getAllByText(/spec.interval: required/)).toHaveLength(1);
  });

  it('says of an object that nobody registered that it is not there', async () => {
    show(kustomization, new GitopsApiMock());
    expect(
      await screen.findByText('No Kustomization game-app here'),
    ).toBeInTheDocument();
  });

  it('explains a manifest whose home is not known', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow({ home: undefined })];
    show({ ...kustomization, metadata: { name: 'game-app' } }, api);
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    expect(
      screen.queryByText('This manifest is not in a home cluster'),
    ).not.toBeInTheDocument();
  });
});

describe('the tab of a Component', () => {
  const withParts: Entity = {
    ...game,
    relations: [
      { type: 'hasPart', targetRef: 'kustomization:default/game-app' },
      { type: 'hasPart', targetRef: 'api:default/game' },
      { type: 'dependsOn', targetRef: 'kustomization:default/other' },
    ],
  };

  it('lists its manifests that are not applied, before what to set', async () => {
    const api = new GitopsApiMock();
    api.registrations = [
      rejected,
      registrationRow({ entityRef: 'kustomization:default/other' }),
    ];
    show(withParts, api);
    expect(
      await screen.findByText('1 registered manifest is not applied'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'default/game-app' }),
    ).toHaveAttribute('href', '/catalog/default/kustomization/game-app/gitops');
    expect(screen.getByText('Nothing delivers game yet')).toBeInTheDocument();
  });

  it('asks nothing of manifests whose objects are shown', async () => {
    const api = new GitopsApiMock([
      objectDetail({ entityRef: 'kustomization:default/game-app' }),
    ]);
    show(withParts, api);
    expect(await screen.findByText('What delivers game')).toBeInTheDocument();
    expect(api.calls.filter(call => /registration/.test(call))).toEqual([]);
  });
});
