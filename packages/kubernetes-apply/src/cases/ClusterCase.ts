import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { applyObjects, type ApplyObjectsOptions } from '../apply/applyObjects';
import { formatChangeSet, type ChangeSet } from '../apply/ChangeSet';
import type { ClusterClient } from '../client/ClusterClient';
import { refOf } from '../object/metadata';
import { MANAGER, namespace, OWNER } from '../__testUtils__/objects';

/** One line of the table that every cluster is held against. */
export interface ClusterCase {
  name: string;
  /** The upstream behaviour that it pins: project, version, what it does. */
  pins: string;
  run(context: CaseContext): Promise<void>;
}

/** Cases of one subject; its name heads them in the output. */
export interface CaseGroup {
  name: string;
  cases: readonly ClusterCase[];
}

/** What a case has to work with: a cluster, and a namespace of its own. */
export interface CaseContext {
  client: ClusterClient;
  /** The namespace; it is there, and nothing is in it. */
  ns: string;
  /** A name, such as of an API group, that no other case uses. */
  unique(suffix?: string): string;
  /** Applies as a Kustomization would, into the namespace. */
  apply(
    objects: KubernetesObject[],
    options?: Partial<ApplyObjectsOptions>,
  ): Promise<ChangeSet>;
  /** What an apply did, a line for each object, with `NS` for the namespace. */
  lines(
    objects: KubernetesObject[],
    options?: Partial<ApplyObjectsOptions>,
  ): Promise<string[]>;
  live(object: KubernetesObject): Promise<KubernetesObject | undefined>;
  inNs(object: KubernetesObject): KubernetesObject;
  /** A text with `NS` for the namespace. */
  anonymous(text: string): string;
  /** Runs after the case, whether it passed or not; the last one first. */
  cleanUp(work: () => Promise<unknown>): void;
}

const ALL_ACTIONS = [
  'created',
  'configured',
  'unchanged',
  'skipped',
  'deleted',
] as const;

/** Runs a case in a namespace of its own, and takes away what it made. */
export async function runCase(
  clusterCase: ClusterCase,
  { client, ns }: { client: ClusterClient; ns: string },
): Promise<void> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  let names = 0;
  const apply: CaseContext['apply'] = (objects, options = {}) =>
    applyObjects({
      client,
      objects,
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      defaultNamespace: ns,
      ...options,
    });
  const anonymous = (text: string) => text.replaceAll(ns, 'NS');
  await client.create(namespace(ns));
  try {
    await clusterCase.run({
      client,
      ns,
      unique(suffix = '') {
        names += 1;
        return `${ns}-${names}${suffix}`;
      },
      apply,
      lines: async (...args) =>
        anonymous(formatChangeSet(await apply(...args), ALL_ACTIONS)).split(
          '\n',
        ),
      live: object =>
        client.get({
          ...refOf(object),
          namespace: object.metadata.namespace ?? ns,
        }),
      inNs: object => ({
        ...object,
        metadata: { ...object.metadata, namespace: ns },
      }),
      anonymous,
      cleanUp: work => cleanUps.unshift(work),
    });
  } finally {
    for (const work of cleanUps) await work();
    await client.delete(refOf(namespace(ns)));
  }
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it should have failed, and did not');
}
