import {
  ClusterError,
  HealthCheckError,
  healthOf,
  mapConcurrent,
  systemClock,
  UnknownKindError,
  waitForHealth,
} from '@backstage-gitops/kubernetes-apply';
import type {
  Clock,
  ClusterClient,
  Health,
  HealthRule,
  ObjectHealth,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from './ActionError';
import { ClusterObject, hasGeneratedName } from './ClusterObject';
import { BEGUN_JOB, JOB, POD, valueAt } from './finishedRules';
import { legacyRules } from './legacyRules';

/** Objects that are looked at together. */
const AT_ONCE = 8;

/** How long, and for whom, is waited. */
export interface WaitSettings {
  client: ClusterClient;
  timeoutMs: number;
  /** Come before the rules of kstatus. */
  rules?: readonly HealthRule[];
  signal?: AbortSignal;
  clock?: Clock;
}

/**
 * Waits until objects are as their specs say, Jobs done where `jobs` is set, and begun
 * where it is not. With `failFast`, the first one that fails ends the wait, as in Flux;
 * without it all others have to be decided, too, as in Helm.
 *
 * @throws ActionError `not-ready`, which names each one that is not
 */
export async function waitUntilReady(
  objects: readonly ClusterObject[],
  settings: WaitSettings & {
    jobs?: boolean;
    failFast?: boolean;
    /** By the rules of Helm 3, and by no others. */
    legacy?: boolean;
  },
): Promise<void> {
  const waited = objects.filter(({ object }) => !isPausedDeployment(object));
  const { rules = [], jobs, legacy, failFast } = settings;
  const options = {
    ...settings,
    rules: legacy
      ? legacyRules(waited, { jobs })
      : [...rules, jobs ? JOB : BEGUN_JOB],
  };
  await wait(waited, options, { failFast });
}

/**
 * Waits until hooks have done their work: Jobs complete, Pods succeeded; all
 * others have but to exist.
 *
 * @throws ActionError `not-ready`
 */
export async function waitForHooks(
  objects: readonly ClusterObject[],
  settings: WaitSettings,
): Promise<void> {
  await wait(objects, {
    ...settings,
    rules: [
      ...(settings.rules ?? []),
      ...[JOB, POD],
      ...objects
        .filter(({ ref }) => ref.kind !== JOB.kind && ref.kind !== POD.kind)
        .map(({ ref: { apiVersion, kind } }) => ({
          ...{ apiVersion, kind },
          evaluate: (): Health => ({
            status: 'Current',
            message: 'it is there',
          }),
        })),
    ],
  });
}

/**
 * Waits until objects are gone.
 *
 * @throws ActionError `not-deleted`, which names each one that is there
 */
export async function waitUntilGone(
  objects: readonly ClusterObject[],
  settings: WaitSettings,
): Promise<void> {
  // Being there is not good enough; what is gone is decided.
  const there = await remaining(objects, settings);
  await wait(
    there,
    {
      ...settings,
      rules: there.map(({ ref: { apiVersion, kind } }) => ({
        ...{ apiVersion, kind },
        evaluate: (): Health => ({
          status: 'InProgress',
          message: 'it is there',
        }),
      })),
    },
    { untilGone: true },
  );
}

async function remaining(
  objects: readonly ClusterObject[],
  { client, signal }: WaitSettings,
): Promise<ClusterObject[]> {
  const there: ClusterObject[] = [];
  for (const object of objects) {
    try {
      const options = { metadataOnly: true, signal };
      if (await client.get(object.ref, options)) there.push(object);
    } catch (error) {
      // Its definition is gone, and it with it.
      if (!(error instanceof UnknownKindError)) throw error;
    }
  }
  return there;
}

async function wait(
  objects: readonly ClusterObject[],
  settings: WaitSettings,
  { untilGone = false, failFast = false } = {},
): Promise<void> {
  const { signal } = settings;
  const gone = new AbortController();
  const all = objects
    .filter(object => !hasGeneratedName(object))
    .map(({ ref }) => ref);
  const refs = untilGone ? all : await undecided(all, settings);
  if (refs.length === 0) return;
  const isGone = (states: readonly ObjectHealth[]) =>
    states.every(({ status }) => status === 'NotFound');
  try {
    await waitForHealth({
      ...settings,
      refs,
      failFast,
      signal: signal ? AbortSignal.any([signal, gone.signal]) : gone.signal,
      onChange: (_, states) => {
        if (untilGone && isGone(states)) gone.abort();
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (gone.signal.aborted) return;
    if (!(error instanceof HealthCheckError)) throw error;
    throw untilGone ? stillThere(error) : notReady(error, { failFast });
  }
}

/** Most objects are ready at once: a look at each is less than to watch it. */
async function undecided(
  refs: readonly ObjectRef[],
  { client, rules, signal, clock = systemClock }: WaitSettings,
): Promise<ObjectRef[]> {
  const found = await mapConcurrent(refs, AT_ONCE, async ref => {
    try {
      const object = await client.get(ref, { signal });
      const health = object && healthOf(object, { rules, now: clock.now() });
      return health?.status === 'Current' ? [] : [ref];
    } catch (error) {
      signal?.throwIfAborted();
      // Whoever waits goes on trying, and says what was the matter.
      if (error instanceof ClusterError) return [ref];
      throw error;
    }
  });
  return found.flat();
}

function notReady(
  error: HealthCheckError,
  { failFast }: { failFast: boolean },
): ActionError {
  // What was not waited for to its end is not to blame.
  const isCause =
    failFast && !error.timedOut
      ? ({ status }: ObjectHealth) => status === 'Failed'
      : ({ status }: ObjectHealth) => status !== 'Current';
  return explain('not-ready', error, health =>
    isCause(health) ? 'not ready' : undefined,
  );
}

function stillThere(error: HealthCheckError): ActionError {
  return explain('not-deleted', error, ({ status }) =>
    status === 'NotFound' ? undefined : 'still exists',
  );
}

function explain(
  code: 'not-ready' | 'not-deleted',
  { objects, timedOut, elapsedMs }: HealthCheckError,
  problemOf: (health: ObjectHealth) => string | undefined,
): ActionError {
  const lines = objects.flatMap(health => {
    const problem = problemOf(health);
    const { kind, namespace = '', name } = health.ref;
    return problem
      ? [
          `resource ${kind}/${namespace}/${name} ${problem}. status: ${health.status}, message: ${health.message}`,
        ]
      : [];
  });
  return new ActionError(
    code,
    [
      ...lines,
      ...(timedOut
        ? [`time was over after ${Math.round(elapsedMs / 1000)} s`]
        : []),
    ].join('\n'),
  );
}

function isPausedDeployment(object: KubernetesObject): boolean {
  return (
    object.kind === 'Deployment' &&
    object.apiVersion.startsWith('apps/') &&
    valueAt(object, 'spec', 'paused') === true
  );
}
