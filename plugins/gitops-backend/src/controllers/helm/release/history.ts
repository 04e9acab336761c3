import { HelmSnapshot } from '@backstage-gitops/plugin-gitops-common';

type History = readonly HelmSnapshot[];

/** So many are kept where none is good to go back to. */
const MAX_KEPT = 5;

const GOOD: ReadonlySet<string> = new Set(['deployed', 'superseded']);

/** Newest first, as the history of a HelmRelease is kept. */
export function newestFirst(history: History = []): HelmSnapshot[] {
  return [...history].sort((a, b) => b.version - a.version);
}

/** The revision to go back to from the newest one (Flux 2.9). */
export function previousOf(
  history: History,
  options: { ignoreTests: boolean },
): HelmSnapshot | undefined {
  return newestFirst(history)
    .slice(1)
    .find(snapshot => isGood(snapshot, options));
}

/** Ends with the revision to go back to. */
export function truncated(
  history: History,
  options: { ignoreTests: boolean },
): HelmSnapshot[] {
  const sorted = newestFirst(history);
  const good = sorted.findIndex((one, i) => i > 0 && isGood(one, options));
  return sorted.slice(0, good > 0 ? good + 1 : MAX_KEPT);
}

/** The newest few, whatever became of them. */
export function newest(history: History): HelmSnapshot[] {
  return newestFirst(history).slice(0, MAX_KEPT);
}

/** Whether all its tests were run, or one of them failed. */
export function hasBeenTested({ testHooks }: HelmSnapshot): boolean {
  const tests = testHooks && Object.values(testHooks);
  return (
    tests !== undefined &&
    (tests.some(({ phase }) => phase === 'Failed') ||
      tests.every(({ phase }) => phase === 'Succeeded'))
  );
}

export function hasFailedTest({ testHooks }: HelmSnapshot): boolean {
  return Object.values(testHooks ?? {}).some(({ phase }) => phase === 'Failed');
}

/** As events and conditions name a revision: `namespace/name.vN`. */
export function fullName({ namespace, name, version }: HelmSnapshot): string {
  return `${namespace}/${name}.v${version}`;
}

/** As events and conditions name its chart: `name@version`. */
export function chartName({ chartName: name, chartVersion }: HelmSnapshot) {
  return `${name}@${chartVersion}`;
}

function isGood(
  snapshot: HelmSnapshot,
  { ignoreTests }: { ignoreTests: boolean },
): boolean {
  return GOOD.has(snapshot.status) && (ignoreTests || !hasFailedTest(snapshot));
}
