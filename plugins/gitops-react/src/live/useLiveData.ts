import { useMemo, useRef, useSyncExternalStore } from 'react';
import type { Change } from './ChangeFeed';
import { useLive } from './GitopsLiveProvider';
import { LiveData } from './LiveData';

/**
 * Data from the API that stays fresh by itself.
 *
 * @public
 */
export interface LiveResult<T> {
  /** What was read last; kept when a later read fails. */
  data?: T;
  /** Why the last read failed. */
  error?: Error;
  /** Nothing to show yet, and no error either. */
  isLoading: boolean;
  /** What is shown may not be how it is: reads fail, or other data is on its way. */
  isStale: boolean;
  /** When `data` was asked for; milliseconds since the epoch. */
  askedAt?: number;
  /** When the next try follows a failed read; absent where it would not help. */
  nextTryAt?: number;
  /** Reads again, now. */
  refresh(): void;
}

export interface UseLiveDataOptions<T> {
  /** Names the question; another one starts anew. */
  id: string;
  load(signal: AbortSignal): Promise<T>;
  concerns(change: Change, data: T | undefined): boolean;
  cursorOf?(data: T): string;
  /** Shows the data of the question before until the new one is answered. */
  keepPrevious?: boolean;
}

export function useLiveData<T>(options: UseLiveDataOptions<T>): LiveResult<T> {
  const { feed } = useLive();
  const { id } = options;
  const live = useMemo(
    () =>
      new LiveData<T>({
        load: options.load,
        concerns: options.concerns,
        cursorOf: options.cursorOf,
        feed,
      }),
    // What is loaded is named by the id: another closure with the same id asks the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [feed, id],
  );
  const snapshot = useSyncExternalStore(live.subscribe, live.getSnapshot);
  const { connection } = useSyncExternalStore(
    feed.subscribeState,
    feed.getState,
  );

  const previous = useRef<{ data: T; askedAt?: number }>();
  if (snapshot.data !== undefined) {
    previous.current = { data: snapshot.data, askedAt: snapshot.askedAt };
  }
  const shown =
    snapshot.data === undefined && options.keepPrevious
      ? previous.current
      : snapshot;

  return {
    data: shown?.data,
    askedAt: shown?.askedAt,
    error: snapshot.error,
    nextTryAt: snapshot.nextTryAt,
    isLoading: shown?.data === undefined && snapshot.error === undefined,
    isStale:
      shown?.data !== undefined &&
      (snapshot.data === undefined ||
        snapshot.error !== undefined ||
        connection === 'offline'),
    refresh: live.refresh,
  };
}
