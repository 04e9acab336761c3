import { useEffect } from 'react';
/**
 * Reads again at an interval, for what no change of an object tells of; nobody
 * looks at a page that is hidden.
 */
export function usePolling(
  refresh: () => void,
  intervalMs: number | undefined,
): void {
  useEffect(() => {
    if (intervalMs === undefined) return undefined;
    const timer = window.setInterval(() => {
      if (document.visibilityState !== 'hidden') refresh();
    }, intervalMs);
    return () => window.clearInterval(timer);
  }, [intervalMs, refresh]);
}
