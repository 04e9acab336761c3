import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { useGitopsObject } from '../../hooks/useGitopsObject';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock, objectDetail } from '../../testUtils';
import { ObjectHeading } from '../ObjectSummary/ObjectHeading';

const { key } = objectDetail();

function Subject() {
  const { data } = useGitopsObject(key);
  return data ? <ObjectHeading detail={data} /> : null;
}

async function shown(api: GitopsApiMock) {
  const rendered = renderGitops(<Subject />, api);
  await screen.findByRole('button', { name: 'Reconcile' });
  return rendered;
}

describe('ObjectActions', () => {
  it('asks for a reconcile, shows it at once, and then what came of it', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    await shown(api);
    let answer: () => void = () => {};
    const asked = jest.spyOn(api, 'reconcileObject').mockReturnValue(
      new Promise(resolve => {
        answer = () => resolve(objectDetail());
      }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Reconcile' }));
    expect(screen.getByText('Progressing')).toBeInTheDocument();
    expect(asked).toHaveBeenCalledWith(key, undefined);
    answer();
    expect(await screen.findByText('Ready')).toBeInTheDocument();
    expect(screen.getByText('A reconcile was asked for.')).toBeInTheDocument();
  });

  it('can reconcile the source first', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    await shown(api);
    await userEvent.click(
      screen.getByRole('button', { name: 'More ways to reconcile' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Reconcile with source' }),
    );
    await waitFor(() =>
      expect(api.calls).toContain(
        'reconcile demo/Kustomization/default/game-app with source',
      ),
    );
  });

  it('suspends with a reason, then offers to resume', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    await shown(api);
    await userEvent.click(screen.getByRole('button', { name: 'Suspend' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Suspend Kustomization/default/game-app?');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      ' Release freeze ',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Suspend' }),
    );
    const resume = await screen.findByRole('button', { name: 'Resume' });
    expect(screen.getByText('Suspended')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Reconcile' })).toBeDisabled();
    expect(
      screen.getByRole('button', { name: 'Reconcile' }),
    ).toHaveAccessibleDescription('Suspended: resume it first.');
    expect(api.calls).toContain(
      'suspend demo/Kustomization/default/game-app Release freeze',
    );
    await waitFor(() => expect(resume).toBeEnabled());
    await userEvent.click(resume);
    expect(
      await screen.findByRole('button', { name: 'Suspend' }),
    ).toBeInTheDocument();
    expect(await screen.findByText('Ready')).toBeInTheDocument();
  });

  it('takes back what was refused and says why', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    await shown(api);
    jest.spyOn(api, 'reconcileObject').mockRejectedValue(
      new GitopsApiError({
        message: 'The home refused the patch: admission webhook denied it',
        code: 'GITOPS_HOME_REFUSED',
        status: 409,
      }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Reconcile' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Reconcile did not happen');
    expect(alert).toHaveTextContent('admission webhook denied it');
    expect(alert).toHaveTextContent('The cluster’s own rules refuse it.');
    expect(screen.getByText('Ready')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('names the permission of a button that cannot be used', async () => {
    const api = new GitopsApiMock([
      objectDetail({
        may: { reconcile: false, suspend: false, delete: false },
      }),
    ]);
    await shown(api);
    const reconcile = screen.getByRole('button', { name: 'Reconcile' });
    expect(reconcile).toBeDisabled();
    expect(reconcile).toHaveAccessibleDescription(
      /Reconcile needs the permission gitops\.object\.reconcile\./,
    );
    expect(screen.getByRole('button', { name: 'Suspend' })).toBeDisabled();
    expect(
      screen.getByText('Suspend needs the permission gitops.object.suspend.'),
    ).toBeVisible();
  });
});
