import {
  HealthCheckError,
  UnknownKindError,
  waitForHealth,
} from '@backstage-gitops/kubernetes-apply';
import type {
  Clock,
  ClusterClient,
  Health,
  HealthRule,
  ObjectHealth,
} from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from './ActionError';
import { ClusterObject, hasGeneratedName } from './ClusterObject';
import { JOB, POD, valueAt } from './finishedRules';

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
 * Waits until objects are as their specs say, Jobs done where `jobs` is set.
 * One that has failed ends nothing before all others are decided, too.
 *
 * @throws ActionError `not-ready`, which names each one that is not
 */
export async function waitUntilReady(
  objects: readonly ClusterObject[],
  settings: WaitSettings & { jobs?: boolean },
): Promise<void> {
  const waited = objects.filter(({ object }) => !isPausedDeployment(object));
  await wait(waited, {
    ...settings,
    rules: [...(settings.rules ?? []), ...(settings.jobs ? [JOB] : [])],
  });
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
  { untilGone = false } = {},
): Promise<void> {
  const { signal } = settings;
  const gone = new AbortController();
  const refs = objects
    .filter(object => !hasGeneratedName(object))
    .map(({ ref }) => ref);
  if (refs.length === 0) return;
  const isGone = (all: readonly ObjectHealth[]) =>
    all.every(({ status }) => status === 'NotFound');
  try {
    await waitForHealth({
      ...settings,
      refs,
      failFast: false,
      signal: signal ? AbortSignal.any([signal, gone.signal]) : gone.signal,
      onChange: (_, all) => {
        if (untilGone && isGone(all)) gone.abort();
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (gone.signal.aborted) return;
    if (!(error instanceof HealthCheckError)) throw error;
    throw untilGone ? stillThere(error) : notReady(error);
  }
}

function notReady(error: HealthCheckError): ActionError {
  return explain('not-ready', error, ({ status }) =>
    status === 'Current' ? undefined : 'not ready',
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
