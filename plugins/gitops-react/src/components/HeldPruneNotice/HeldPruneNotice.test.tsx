import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  GitopsApiError,
  HeldPruneDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { useGitopsObject } from '../../hooks/useGitopsObject';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock, objectDetail } from '../../testUtils';
import { HeldPruneNotice } from './HeldPruneNotice';

const { key } = objectDetail();
const DIGEST = `sha256:${'a'.repeat(64)}`;

function heldPrune(changes: Partial<HeldPruneDetail> = {}): HeldPruneDetail {
  const items = Array.from({ length: 25 }, (_, n) => ({
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
    name: `settings-${n}`,
  }));
  return {
    digest: DIGEST,
    reason: 'mass-prune',
    count: 25,
    total: 30,
    items,
    since: '2026-11-22T12:00:00Z',
    approvable: true,
    ...changes,
  };
}

function Subject() {
  const { data } = useGitopsObject(key);
  return data ? (
    <>
      <h1>{data.key.name}</h1>
      <HeldPruneNotice object={data} />
    </>
  ) : null;
}

async function shown(detail: Parameters<typeof objectDetail>[0]) {
  const api = new GitopsApiMock([objectDetail(detail)]);
  renderGitops(<Subject />, api);
  await screen.findByRole('heading', { name: 'game-app' });
  return api;
}

const ask = () =>
  userEvent.click(screen.getByRole('button', { name: 'Approve deletion…' }));

const confirm = async () => {
  const dialog = await screen.findByRole('dialog');
  await userEvent.type(
    within(dialog).getByRole('textbox', { name: 'Type game-app to confirm' }),
    'game-app',
  );
  await userEvent.click(
    within(dialog).getByRole('button', { name: 'Delete them' }),
  );
};

describe('HeldPruneNotice', () => {
  it('lists what would go, and approves exactly that after a confirmation', async () => {
    const api = await shown({ heldPrune: heldPrune() });
    const notice = screen.getByRole('note');
    expect(notice).toHaveTextContent(
      '25 of 30 objects left the source and are held',
    );
    expect(notice).toHaveTextContent(
      `backstage-gitops.io/approved-prune: ${DIGEST}`,
    );
    await userEvent.click(screen.getByText('Show the 25 objects'));
    expect(screen.getByText('settings-24')).toBeVisible();
    await ask();
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Delete 25 objects?');
    expect(
      within(dialog).getByRole('button', { name: 'Delete them' }),
    ).toBeDisabled();
    await confirm();
    await waitFor(() =>
      expect(api.calls).toContain(
        `approve prune demo/Kustomization/default/game-app ${DIGEST}`,
      ),
    );
    await waitFor(() =>
      expect(screen.queryByRole('note')).not.toBeInTheDocument(),
    );
  });

  it('says why an approval was refused', async () => {
    const api = await shown({ heldPrune: heldPrune() });
    jest.spyOn(api, 'approvePrune').mockRejectedValue(
      new GitopsApiError({
        message: 'what would be deleted is another set by now',
        code: 'GITOPS_CONFLICT',
        status: 409,
      }),
    );
    await ask();
    await confirm();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'another set by now',
    );
  });

  it('names the permission to whoever may not', async () => {
    await shown({
      heldPrune: heldPrune(),
      may: { reconcile: true, suspend: true, delete: false },
    });
    expect(screen.getByRole('note')).toHaveTextContent(
      'Approving needs the permission gitops.object.delete.',
    );
    expect(
      screen.queryByRole('button', { name: /Approve/ }),
    ).not.toBeInTheDocument();
  });

  it.each<[Partial<HeldPruneDetail>, string]>([
    [
      { reason: 'emptied', count: 3, total: 3 },
      'The source is empty: all 3 objects are held',
    ],
    [
      { reason: 'home-replaced', approvable: false },
      'Home demo is another cluster: nothing is pruned there',
    ],
    [
      { reason: 'deletes-owner', count: 1, total: 3 },
      'This delivery itself left the source: 1 of 3 objects are held',
    ],
    [{ count: 250 }, 'The first 25 are listed.'],
  ])('tells %j', async (changes, text) => {
    await shown({ heldPrune: heldPrune(changes) });
    expect(screen.getByRole('note')).toHaveTextContent(text);
  });

  it('offers no approval where the home has to be confirmed', async () => {
    await shown({
      heldPrune: heldPrune({ reason: 'home-replaced', approvable: false }),
    });
    expect(screen.getByRole('note')).toHaveTextContent('clusterUid');
    expect(
      screen.queryByRole('button', { name: /Approve/ }),
    ).not.toBeInTheDocument();
  });

  it('shows nothing where nothing is held', async () => {
    await shown({});
    expect(screen.queryByRole('note')).not.toBeInTheDocument();
  });
});
