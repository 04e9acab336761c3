import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';

const PATIENCE_MS = 15 * 60_000;

/** Asks again and again, for a quarter of an hour. */
export async function until(
  check: () => Promise<boolean>,
  everyMs = 100,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await check())) {
    if (performance.now() > deadline) {
      throw new Error('It took longer than a quarter of an hour');
    }
    await pause(everyMs);
  }
}

/** By the columns that `kubectl get` prints: little is sent for many objects. */
export async function countReady(
  client: ClusterClient,
  url: string,
): Promise<number> {
  const { status, text } = await client.raw(url, {
    query: { includeObject: 'None' },
    headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  if (status !== 200) {
    throw new Error(`${url} answered ${status}: ${text.slice(0, 500)}`);
  }
  const table = JSON.parse(text) as {
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[] }[];
  };
  const column = table.columnDefinitions.findIndex(
    ({ name }) => name === 'Ready',
  );
  return table.rows.filter(({ cells }) => cells[column] === 'True').length;
}
