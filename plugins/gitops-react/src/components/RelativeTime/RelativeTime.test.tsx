import { act, render, screen } from '@testing-library/react';
import { mockApis, TestApiProvider } from '@backstage/frontend-test-utils';
import { Countdown, RelativeTime } from './RelativeTime';

const show = (element: JSX.Element) =>
  render(
    <TestApiProvider apis={[mockApis.translation(), mockApis.error()]}>
      {element}
    </TestApiProvider>,
  );

describe('RelativeTime', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-11-22T12:00:00Z') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    ['2026-11-22T11:59:58Z', 'now'],
    ['2026-11-22T11:59:15Z', '45 seconds ago'],
    ['2026-11-22T11:57:10Z', '2 minutes ago'],
    ['2026-11-22T09:00:00Z', '3 hours ago'],
    ['2026-11-10T09:00:00Z', '12 days ago'],
    ['no time', 'no time'],
  ])('shows %s as "%s"', (time, text) => {
    const { container } = show(<RelativeTime time={time} />);
    expect(container).toHaveTextContent(text);
  });

  it('goes on by itself, and has the exact time', () => {
    show(<RelativeTime time="2026-11-22T11:59:30Z" />);
    const shown = screen.getByText('30 seconds ago');
    expect(shown).toHaveAttribute('datetime', '2026-11-22T11:59:30.000Z');
    expect(shown).toHaveAttribute('title', expect.stringContaining('2026'));
    act(() => {
      jest.advanceTimersByTime(5_000);
    });
    expect(screen.getByText('35 seconds ago')).toBeInTheDocument();
  });

  it.each([
    ['2026-11-22T12:00:45Z', 'in 45s'],
    ['2026-11-22T12:04:12Z', 'in 4m 12s'],
    ['2026-11-22T13:00:05Z', 'in 1h'],
    ['2026-11-24T15:00:00Z', 'in 2d 3h'],
    ['2026-11-22T11:59:59Z', 'now'],
  ])('counts down to %s as "%s"', (until, text) => {
    const { container } = show(<Countdown until={until} />);
    expect(container).toHaveTextContent(text);
  });
});
