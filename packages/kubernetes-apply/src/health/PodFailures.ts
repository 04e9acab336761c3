import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';
import type { Clock } from '../client/Clock';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { fieldsOf, listAt, textAt } from './fields';
import { healthOf } from './healthOf';
import { failed, type Health } from './HealthStatus';
import { isUnschedulable } from './pod';

interface Followed {
  /** By name; only those that have failed. */
  failedPods: Set<string>;
  onChange: (failure: Health | undefined) => void;
  ended: AbortController;
}

/**
 * The pods of StatefulSets and ReplicaSets that are under way: where one has
 * failed for good, so has its owner (kstatus as of Flux 2.9). Pods that wait
 * for a node or are being deleted do not count.
 */
export class PodFailures {
  readonly #client: ClusterClient;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #followed = new Map<string, Followed>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: {
    client: ClusterClient;
    signal: AbortSignal;
    clock: Clock;
  }) {
    this.#client = options.client;
    this.#signal = options.signal;
    this.#clock = options.clock;
  }

  /** That of the owner, as far as its pods decide it. */
  healthOf(key: string): Health | undefined {
    return failureOf(this.#followed.get(key));
  }

  /** Begins to watch the pods of an owner, or tells somebody else from now. */
  follow(
    key: string,
    owner: KubernetesObject,
    onChange: (failure: Health | undefined) => void,
  ): void {
    const known = this.#followed.get(key);
    if (known) {
      known.onChange = onChange;
      return;
    }
    const labelSelector = selectorOf(owner);
    if (!labelSelector || this.#signal.aborted) return;
    const ended = new AbortController();
    const followed = { failedPods: new Set<string>(), onChange, ended };
    this.#followed.set(key, followed);
    const running = this.#watch(owner, labelSelector, followed);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  forget(key: string): void {
    this.#followed.get(key)?.ended.abort();
    this.#followed.delete(key);
  }

  async close(): Promise<void> {
    for (const key of [...this.#followed.keys()]) this.forget(key);
    await Promise.all(this.#running);
  }

  async #watch(
    owner: KubernetesObject,
    labelSelector: string,
    followed: Followed,
  ): Promise<void> {
    const { failedPods, ended } = followed;
    const note = (pod: KubernetesObject, gone = false) => {
      if (!gone && hasFailed(pod, this.#clock.now())) {
        failedPods.add(pod.metadata.name);
      } else {
        failedPods.delete(pod.metadata.name);
      }
    };
    const tell = () => {
      if (!ended.signal.aborted) followed.onChange(failureOf(followed));
    };
    await this.#client.watch({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: owner.metadata.namespace,
      labelSelector,
      signal: AbortSignal.any([this.#signal, ended.signal]),
      onSync: pods => {
        for (const pod of pods) note(pod);
        tell();
      },
      onEvent: ({ type, object }) => {
        note(object, type === 'DELETED');
        tell();
      },
      onError: error => {
        // Who may not see the pods learns of failure by the time that passes.
        if (error instanceof KubernetesApiError && error.code === 'forbidden') {
          ended.abort();
        }
      },
    });
  }
}

function failureOf(followed: Followed | undefined): Health | undefined {
  const count = followed?.failedPods.size ?? 0;
  return count > 0 ? failed(`${count} pods have failed`) : undefined;
}

function hasFailed(pod: KubernetesObject, now: number): boolean {
  const object = { ...pod, apiVersion: 'v1', kind: 'Pod' };
  return (
    !pod.metadata.deletionTimestamp &&
    !isUnschedulable(object) &&
    healthOf(object, { now }).status === 'Failed'
  );
}

/** The label selector of a workload, as the API takes it. */
function selectorOf(owner: KubernetesObject): string {
  const labels = Object.entries(
    fieldsOf(owner, 'spec', 'selector', 'matchLabels'),
  ).map(([key, value]) => `${key}=${value}`);
  const expressions = listAt(owner, 'spec', 'selector', 'matchExpressions').map(
    expression => {
      const key = textAt(expression, 'key');
      const values = Array.isArray(expression.values)
        ? expression.values.join(',')
        : '';
      switch (textAt(expression, 'operator')) {
        case 'In':
          return `${key} in (${values})`;
        case 'NotIn':
          return `${key} notin (${values})`;
        case 'DoesNotExist':
          return `!${key}`;
        default:
          return key;
      }
    },
  );
  return [...labels, ...expressions].join(',');
}
