import {
  createContext,
  PropsWithChildren,
  useContext,
  useMemo,
  useSyncExternalStore,
} from 'react';
import { useApi, useApiHolder } from '@backstage/frontend-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { ChangeFeed, FeedState } from './ChangeFeed';
import { PendingChanges } from './PendingChanges';

/** What the hooks of a page share. */
export interface GitopsLive {
  feed: ChangeFeed;
  pending: PendingChanges;
}

const LiveContext = createContext<GitopsLive | undefined>(undefined);

function useNewLive(): GitopsLive {
  const api = useApi(gitopsApiRef);
  const signals = useApiHolder().get(signalApiRef);
  return useMemo(
    () => ({
      feed: new ChangeFeed({ api, signals }),
      pending: new PendingChanges(),
    }),
    [api, signals],
  );
}

/**
 * Lets all hooks of this package below it share one feed of changes, and what
 * users asked for show everywhere at once. Without it each hook has its own.
 *
 * @public
 */
export function GitopsLiveProvider(props: PropsWithChildren<{}>) {
  const outer = useContext(LiveContext);
  const live = useNewLive();
  return (
    <LiveContext.Provider value={outer ?? live}>
      {props.children}
    </LiveContext.Provider>
  );
}

export function useLive(): GitopsLive {
  const outer = useContext(LiveContext);
  const live = useNewLive();
  return outer ?? live;
}

/**
 * How fresh what the hooks of this package give can be.
 *
 * @public
 */
export function useGitopsConnection(): FeedState {
  const { feed } = useLive();
  return useSyncExternalStore(feed.subscribeState, feed.getState);
}
