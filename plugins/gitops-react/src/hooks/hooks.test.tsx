import { useState } from 'react';
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { LiveIndicator } from '../components/Freshness/LiveIndicator';
import { StaleNotice } from '../components/Freshness/StaleNotice';
import { renderGitops } from '../__testUtils__/renderGitops';
import { GitopsApiMock, objectDetail } from '../testUtils';
import { useGitopsObject } from './useGitopsObject';
import { useGitopsObjects } from './useGitopsObjects';

const { key } = objectDetail();

function OneObject() {
  const result = useGitopsObject(key);
  return (
    <>
      <LiveIndicator />
      <StaleNotice result={result} />
      <output>
        {result.isLoading && 'loading'}
        {result.data?.status.sentence}
        {result.isStale && ' (stale)'}
        {!result.data && result.error?.message}
      </output>
    </>
  );
}

function Objects() {
  const [search, setSearch] = useState<string>();
  const result = useGitopsObjects({ search });
  return (
    <output>
      <button onClick={() => setSearch('two')}>filter</button>
      {result.isLoading && 'loading'}
      {result.data?.items.map(row => row.key.name).join(' ')}
      {result.isStale && ' (stale)'}
      {!result.data && result.error?.message}
    </output>
  );
}

const textOfOutput = () => document.querySelector('output')?.textContent;
const shown = async (text: string) =>
  waitFor(() =>
    expect(document.querySelector('output')).toHaveTextContent(text),
  );

describe('useGitopsObject', () => {
  it('shows a change when a signal tells of one, without a reload', async () => {
    const api = new GitopsApiMock([
      objectDetail({ status: { sentence: 'first' } }),
    ]);
    const { tick } = renderGitops(<OneObject />, api);
    await shown('first');

    api.objects = [objectDetail({ status: { sentence: 'second' } })];
    api.changed = [key];
    act(() => tick());
    await shown('second');
    expect(screen.getByText('Live')).toBeInTheDocument();
    expect(api.calls).toEqual([
      'get demo/Kustomization/default/game-app',
      'changes c1',
      'get demo/Kustomization/default/game-app',
    ]);
  });

  it('does not read again for what happens to others', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    const { tick } = renderGitops(<OneObject />, api);
    await shown('Applied');
    api.changed = [{ ...key, name: 'other' }];
    act(() => tick());
    await waitFor(() => expect(api.calls).toContain('changes c1'));
    await act(async () => {});
    expect(api.calls.filter(call => call.startsWith('get'))).toHaveLength(1);
  });

  it('reads again for what it depends on', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    const { tick } = renderGitops(<OneObject />, api);
    await shown('Applied');
    api.changed = [{ ...key, kind: 'GitRepository', name: 'game-repo' }];
    act(() => tick());
    await waitFor(() =>
      expect(api.calls.filter(call => call.startsWith('get'))).toHaveLength(2),
    );
  });

  it('keeps what it has when the backend goes away, and says so', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    const { tick } = renderGitops(<OneObject />, api);
    await shown('Applied');
    api.error = new TypeError('Failed to fetch');
    act(() => tick());
    await shown('(stale)');
    expect(screen.getByText('Offline')).toBeInTheDocument();
    expect(screen.getByText('This may be out of date')).toBeInTheDocument();
    await shown('Applied revision');
  });

  it('asks once where it is refused', async () => {
    const api = new GitopsApiMock().forbid();
    const { tick } = renderGitops(<OneObject />, api);
    await shown('gitops.object.read');
    act(() => tick());
    await act(async () => {});
    expect(api.calls).toHaveLength(1);
  });
});

describe('useGitopsObjects', () => {
  it('keeps the rows, as stale, until those of other filters are here', async () => {
    const api = new GitopsApiMock([
      objectDetail({ key: { name: 'one' } }),
      objectDetail({ key: { name: 'two' } }),
    ]);
    renderGitops(<Objects />, api);
    await shown('one two');
    let answer: () => void = () => {};
    const list = api.listObjects.bind(api);
    jest.spyOn(api, 'listObjects').mockImplementation(
      query =>
        new Promise(resolve => {
          answer = () => resolve(list(query));
        }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'filter' }));
    await shown('one two (stale)');
    act(() => answer());
    await waitFor(() => expect(textOfOutput()).toBe('filtertwo'));
  });

  it('has no rows and an error when the first question fails', async () => {
    const api = new GitopsApiMock();
    api.error = new GitopsApiError({ message: 'bad', code: 'X', status: 400 });
    renderGitops(<Objects />, api);
    await waitFor(() => expect(textOfOutput()).toBe('filterbad'));
    expect(api.calls).toHaveLength(1);
  });
});
