import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ObjectRef } from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { causeText } from '../errors/errors';
import { groupOf } from '../object/metadata';
import { numberAt } from './fields';
import { healthOf } from './healthOf';
import type { Health } from './HealthStatus';
import { schedulingDeadline } from './pod';
import { PodFailures } from './PodFailures';
import type { ObjectHealth, WatchHealthOptions } from './ObjectHealth';

/** What is known of all objects so far. */
export class HealthBoard {
  readonly #states = new Map<string, ObjectHealth>();
  readonly #options: WatchHealthOptions;
  readonly #clock: Clock;
  readonly #pods: PodFailures;
  /** Objects that change by the passing of time alone. */
  readonly #timers = new Map<string, () => void>();

  constructor(options: WatchHealthOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#pods = new PodFailures({
      client: options.client,
      signal: options.signal,
      clock: this.#clock,
    });
    for (const ref of options.refs) {
      this.#states.set(refKey(ref), {
        ref,
        status: 'Unknown',
        message: 'not observed yet',
        observed: false,
      });
    }
  }

  saw(object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    const { apiVersion, kind } = object;
    const key = refKey({ apiVersion, kind, namespace, name });
    const known = this.#states.get(key);
    if (!known) return;
    const rules = this.#options.rules ?? [];
    const health = healthOf(object, { rules, now: this.#clock.now() });
    const expires =
      kind === 'Job' &&
      numberAt(object, 'spec', 'ttlSecondsAfterFinished') !== undefined;
    const state = {
      ...known,
      ...health,
      observed: true,
      ...(expires ? { expires } : {}),
    };
    this.#lookAgain(key, object);
    if (health.status !== 'InProgress' || !ownsPods(object, rules)) {
      this.#pods.forget(key);
      this.#set(state);
      return;
    }
    this.#set({ ...state, ...this.#pods.healthOf(key) });
    this.#pods.follow(key, object, failure =>
      this.#set({ ...state, ...failure }),
    );
  }

  missing(ref: ObjectRef): void {
    const key = refKey(ref);
    const known = this.#states.get(key);
    if (!known) return;
    this.#pods.forget(key);
    this.#cancel(key);
    const health: Health = known.expires
      ? { status: 'Current', message: 'Job finished and was removed' }
      : { status: 'NotFound', message: 'Resource not found' };
    this.#set({ ...known, ...health, observed: true });
  }

  failed(refs: readonly ObjectRef[], error: Error): void {
    for (const ref of refs) {
      const known = this.#states.get(refKey(ref));
      // One failed request says nothing of what was seen before.
      if (!known || known.observed) continue;
      this.#set({ ...known, status: 'Unknown', message: causeText(error) });
    }
  }

  async close(): Promise<void> {
    for (const key of [...this.#timers.keys()]) this.#cancel(key);
    await this.#pods.close();
  }

  /** A pod that nobody schedules fails without any event. */
  #lookAgain(key: string, object: KubernetesObject): void {
    this.#cancel(key);
    const deadline = schedulingDeadline(object);
    if (deadline === undefined || deadline <= this.#clock.now()) return;
    const cancel = this.#clock.setTimer(deadline - this.#clock.now(), () =>
      this.saw(object),
    );
    this.#timers.set(key, cancel);
  }

  #cancel(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }

  #set(state: ObjectHealth): void {
    if (this.#options.signal.aborted) return;
    const key = refKey(state.ref);
    const before = this.#states.get(key);
    this.#states.set(key, state);
    const same =
      before?.status === state.status &&
      before.message === state.message &&
      before.observed === state.observed;
    if (!same) this.#options.onChange(state, [...this.#states.values()]);
  }
}

/** Kinds whose pods count, unless a rule of the caller decides alone. */
function ownsPods(
  { apiVersion, kind }: KubernetesObject,
  rules: NonNullable<WatchHealthOptions['rules']>,
): boolean {
  return (
    groupOf(apiVersion) === 'apps' &&
    (kind === 'StatefulSet' || kind === 'ReplicaSet') &&
    !rules.some(
      rule =>
        groupOf(rule.apiVersion) === 'apps' &&
        (rule.kind === kind || rule.kind === ''),
    )
  );
}

function refKey(ref: ObjectRef): string {
  return `${ref.apiVersion} ${ref.kind} ${ref.namespace ?? ''} ${ref.name}`;
}
