import { act, screen } from '@testing-library/react';
import { renderGitops } from '../__testUtils__/renderGitops';
import { GitopsApiMock, objectDetail, registrationRow } from '../testUtils';
import { useGitopsObjects } from './useGitopsObjects';
import { useGitopsRegistration } from './useGitopsRegistration';
import { useGitopsRegistrations } from './useGitopsRegistrations';

const row = registrationRow();

function One() {
  const { data, error } = useGitopsRegistration(row.entityRef);
  return (
    <output>{error?.message ?? (data ? data.state : String(data))}</output>
  );
}

/** Registrations tell no cursor; something else on the page does. */
function WithObjects() {
  useGitopsObjects();
  return <One />;
}

function Many() {
  const { data } = useGitopsRegistrations({ state: ['PendingApproval'] });
  return <output>{data && `${data.totalItems} wait`}</output>;
}

const twoSeconds = () => act(() => jest.advanceTimersByTimeAsync(2_000));
/** Lets ten seconds pass, and what they bring about. */
const tenSeconds = () => act(() => jest.advanceTimersByTimeAsync(10_000));

describe('hooks of registrations', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('shows what became of a manifest, also of one that is known later', async () => {
    const api = new GitopsApiMock();
    renderGitops(<One />, api);
    expect(await screen.findByText('null')).toBeInTheDocument();
    api.registrations = [row];
    await tenSeconds();
    expect(screen.getByText('PendingApproval')).toBeInTheDocument();
    api.registrations = [registrationRow({ state: 'Applied' })];
    await twoSeconds();
    expect(screen.getByText('Applied')).toBeInTheDocument();
    api.registrations = [registrationRow({ state: 'ManifestStale' })];
    await tenSeconds();
    expect(screen.getByText('ManifestStale')).toBeInTheDocument();
  });

  it('reads again at once when its object changes', async () => {
    const api = new GitopsApiMock();
    api.registrations = [registrationRow({ state: 'Applied' })];
    const { tick } = renderGitops(<WithObjects />, api);
    expect(await screen.findByText('Applied')).toBeInTheDocument();
    api.registrations = [registrationRow({ state: 'Rejected' })];
    api.changed = [objectDetail().key];
    await act(async () => {
      tick();
      await jest.advanceTimersByTimeAsync(1_000);
    });
    expect(screen.getByText('Rejected')).toBeInTheDocument();
  });

  it('keeps a list fresh, and asks nothing after it is gone', async () => {
    const api = new GitopsApiMock();
    api.registrations = [row];
    const { unmount } = renderGitops(<Many />, api);
    expect(await screen.findByText('1 wait')).toBeInTheDocument();
    api.registrations = [];
    await tenSeconds();
    expect(screen.getByText('0 wait')).toBeInTheDocument();
    unmount();
    const asked = api.calls.length;
    await tenSeconds();
    expect(api.calls).toHaveLength(asked);
  });
});
