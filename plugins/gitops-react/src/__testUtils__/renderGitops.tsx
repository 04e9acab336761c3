import type { ReactElement } from 'react';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import type { RenderResult } from '@testing-library/react';
import { SignalApi, signalApiRef } from '@backstage/plugin-signals-react';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { GitopsLiveProvider } from '../live/GitopsLiveProvider';
import type { GitopsApiMock } from '../testUtils';

/** Renders in an app with the given API, and with signals that `tick` sends. */
export function renderGitops(
  element: ReactElement,
  api: GitopsApiMock,
): RenderResult & { tick(): void } {
  const listeners = new Set<() => void>();
  const signals: SignalApi = {
    subscribe(_channel, listener) {
      const tell = () => listener({ type: 'changed' } as never);
      listeners.add(tell);
      return { unsubscribe: () => listeners.delete(tell) };
    },
  };
  const rendered = renderInTestApp(
    <GitopsLiveProvider>{element}</GitopsLiveProvider>,
    {
      apis: [
        [gitopsApiRef, api],
        [signalApiRef, signals],
      ],
    },
  );
  return { ...rendered, tick: () => listeners.forEach(tell => tell()) };
}
