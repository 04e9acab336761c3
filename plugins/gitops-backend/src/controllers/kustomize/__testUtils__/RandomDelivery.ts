import {
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import { digestOf } from '../../../__testUtils__/prunes';
import {
  gitRepository,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../../../__testUtils__/world';
import { Gitops } from '../../../createGitops';
import { NAMESPACES, Random, RandomSet } from './randomEdits';

const WAIT_MS = 90_000;
const REPO = 'team/random';
const NAMES = ['one', 'two', 'three'] as const;
const KINDS = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
] as const;
const OWNER = 'kustomize.toolkit.fluxcd.io';
const SOURCE = {
  apiVersion: gitRepositoryKind.apiVersion,
  kind: 'GitRepository',
  namespace: 'default',
  name: 'repo',
};

type Spec = Partial<Kustomization['spec']>;

/** One Kustomization and what it is to deliver. */
interface Delivery {
  name: string;
  set: RandomSet;
  spec: Spec;
  exists: boolean;
  /** Names that were in its set at some time since it was last seen to be done. */
  seen: Set<string>;
}

/**
 * Three deliveries of one repository, random edits of all that people can edit,
 * failures and restarts. A model beside it knows what has to come of it.
 */
export class RandomDelivery {
  /** What was done, for people who look for the reason of a failure. */
  readonly steps: string[] = [];
  private readonly random: Random;
  private readonly deliveries: Delivery[];
  private portal: Gitops | undefined;
  private database: Knex | undefined;
  private names = 0;
  private requests = 0;
  private files: Record<string, string> = {};
  private head = '';
  /** Nothing has failed by design since all was last done. */
  private isQuiet = true;
  /** The account of `two` may do nothing. */
  private isDenied = false;
  private isGitDown = false;
  /** `<delivery>/<name>` of what left while nothing was pruned. */
  private readonly mayBeLeft = new Set<string>();
  /** Ids of what was in no inventory when the database was lost. */
  private readonly unwritten = new Set<string>();

  private constructor(
    private readonly world: World,
    private readonly newDatabase: () => Promise<Knex>,
    seed: number,
  ) {
    this.random = new Random(seed);
    this.deliveries = NAMES.map(name => ({
      name,
      set: new RandomSet(name, this.random, () => {
        this.names += 1;
        return `o${this.names}`;
      }),
      spec: { ...(name === 'two' ? { serviceAccountName: 'deployer' } : {}) },
      exists: true,
      seen: new Set<string>(),
    }));
  }

  static async start(options: {
    newDatabase: () => Promise<Knex>;
    seed: number;
  }): Promise<RandomDelivery> {
    const world = await World.start();
    const random = new RandomDelivery(world, options.newDatabase, options.seed);
    for (const { set } of random.deliveries) {
      for (let n = 0; n < 4; n++) {
        set.add();
      }
    }
    await random.set();
    return random;
  }

  /** An empty cluster and all of it delivered there at once. */
  async fresh(): Promise<unknown> {
    const other = new RandomDelivery(await World.start(), this.newDatabase, 0);
    try {
      for (const [n, { set, spec }] of this.deliveries.entries()) {
        for (const [name, item] of set.items) {
          other.deliveries[n].set.items.set(name, item);
        }
        other.deliveries[n].spec = spec;
      }
      await other.set();
      await other.untilDone();
      return await other.state();
    } finally {
      await other.stop();
    }
  }

  async stop(): Promise<void> {
    await this.world.stop();
  }

  async step(): Promise<void> {
    const action = this.random.weighted<() => Promise<string> | string>([
      [30, () => this.edit()],
      [6, () => this.toggleBroken()],
      [14, () => this.editSpec()],
      [10, () => this.fail()],
      [6, () => this.heal()],
      [3, () => this.toggleRights()],
      [3, () => this.toggleGit()],
      [5, () => this.restart()],
      [4, () => this.drift()],
      [3, () => this.deleteOrCreate()],
      [4, () => this.requestOne()],
      [10, () => this.settle()],
    ]);
    const at = this.steps.length;
    this.steps.push('…');
    this.steps[at] = await action();
  }

  /** All that fails by design is repaired; waits until all is delivered. */
  async finish(): Promise<void> {
    this.world.sandbox.kubernetes.faults.clear();
    if (this.isDenied) {
      await this.toggleRights();
    }
    if (this.isGitDown) {
      await this.toggleGit();
    }
    for (const delivery of this.deliveries) {
      delivery.set.isBroken = false;
      await this.write(delivery, {
        ...delivery.spec,
        suspend: false,
        path: undefined,
        force: true,
        prune: true,
      });
    }
    await this.commit('repair');
    await this.untilDone();
    // What was changed by hand is corrected at the interval, or on request.
    for (const delivery of this.deliveries) {
      await this.handled(delivery);
    }
    await this.untilDone();
  }

  /** All that is delivered, without what differs from cluster to cluster. */
  async state(): Promise<{ id: string; object: unknown }[]> {
    const found = await this.objects();
    for (const { name } of this.deliveries) {
      const object = await this.read(name);
      found.push({
        id: name,
        object: {
          finalizers: object?.metadata.finalizers,
          inventory: object?.status?.inventory?.entries,
          conditions: object?.status?.conditions?.map(
            ({ type, status, reason }) => [type, status, reason],
          ),
        },
      });
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether Flux, too, would have left an object behind: nothing was pruned then. */
  isExcused({ id, object }: { id: string; object: unknown }): boolean {
    const { labels = {}, name = '' } =
      (object as Partial<KubernetesObject>).metadata ?? {};
    const owner = labels[`${OWNER}/name`];
    return (
      this.unwritten.has(id) ||
      this.mayBeLeft.has(
        `${owner}/${name.startsWith(`${owner}-`) ? name.slice(owner.length + 1) : name}`,
      )
    );
  }

  /** What the portal has to say, for people who look for the reason of a failure. */
  async describe(): Promise<string> {
    const work = await this.database?.('gitops_work').select('*');
    const homes = this.portal?.homes
      .list()
      .map(({ name, mode, writer, state }) => ({ name, mode, writer, state }));
    return JSON.stringify({ now: Date.now(), homes, work }, null, 1);
  }

  private async objects(): Promise<{ id: string; object: unknown }[]> {
    const found: { id: string; object: unknown }[] = [];
    for (const [apiVersion, kind] of KINDS) {
      const { items } = await this.world.client.list<KubernetesObject>({
        apiVersion,
        kind,
        labelSelector: `${OWNER}/name`,
      });
      for (const item of items) {
        const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
        found.push({
          id: `${item.metadata.namespace ?? ''}_${item.metadata.name}_${group}_${kind}`,
          object: comparable(item),
        });
      }
    }
    return found;
  }

  private async set(): Promise<void> {
    const { world } = this;
    const { url } = await world.sandbox.git.createRepository(REPO, {
      'README.md': 'Of a random test.\n',
    });
    await this.startPortal();
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    for (const name of NAMESPACES) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
    }
    await world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'deployer', namespace: 'default' },
    });
    await this.bind();
    await world.apply(gitRepository(url));
    await this.commit('first');
    for (const delivery of this.deliveries) {
      await this.write(delivery, delivery.spec);
    }
  }

  private async startPortal(): Promise<void> {
    this.database ??= await this.newDatabase();
    this.portal = await this.world.startPortal(this.database, {
      leaseMs: 2_000,
      homeLeaseMs: 3_000,
    });
  }

  private async bind(): Promise<void> {
    await this.world.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'deployer' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [
        { kind: 'ServiceAccount', name: 'deployer', namespace: 'default' },
      ],
    } as KubernetesObject);
  }

  private ref(name: string) {
    return {
      apiVersion: kustomizationKind.apiVersion,
      kind: 'Kustomization',
      namespace: 'default',
      name,
    };
  }

  private read(name: string): Promise<Kustomization | undefined> {
    return this.world.client.get<Kustomization>(this.ref(name));
  }

  private idsOf({ set, spec }: Delivery): string[] {
    return set.ids(spec);
  }

  /** Remembers what is in the sets, and what may leave them unpruned. */
  private remember(): void {
    for (const { name, set, spec, seen } of this.deliveries) {
      [...set.items.keys()].forEach(item => seen.add(item));
      if (spec.prune === false) {
        seen.forEach(item => this.mayBeLeft.add(`${name}/${item}`));
      }
    }
  }

  private async write(delivery: Delivery, spec: Spec): Promise<void> {
    this.remember();
    delivery.spec = spec;
    this.remember();
    if (delivery.exists) {
      await this.world.apply<Kustomization>({
        apiVersion: kustomizationKind.apiVersion,
        kind: 'Kustomization',
        metadata: { name: delivery.name, namespace: 'default' },
        spec: {
          interval: '1h',
          retryInterval: '1s',
          timeout: '1m',
          prune: true,
          sourceRef: { kind: 'GitRepository', name: 'repo' },
          ...JSON.parse(JSON.stringify(spec)),
          path: spec.path ?? `./${delivery.name}`,
        },
      } as Kustomization);
    }
  }

  private async commit(message: string): Promise<void> {
    const files = Object.assign(
      {},
      ...this.deliveries.map(({ set }) => set.files()),
    ) as Record<string, string>;
    const changed = Object.entries(files).filter(
      ([path, text]) => this.files[path] !== text,
    );
    const removed = Object.keys(this.files).filter(path => !(path in files));
    if (changed.length + removed.length > 0) {
      this.head = await this.world.sandbox.git.commit(REPO, {
        message,
        files: Object.fromEntries(changed),
        remove: removed,
      });
      this.files = files;
    }
    await this.request(SOURCE);
  }

  private async request(ref: {
    apiVersion: string;
    kind: string;
    namespace: string;
    name: string;
  }): Promise<string> {
    this.requests += 1;
    const token = `r${this.requests}`;
    await this.world.client.patch(ref, {
      type: 'merge',
      body: {
        metadata: {
          annotations: { 'reconcile.fluxcd.io/requestedAt': token },
        },
      },
    });
    return token;
  }

  private async edit(): Promise<string> {
    const { set } = this.random.pick(this.deliveries);
    this.remember();
    const said = this.random.weighted<() => string>([
      [4, () => set.add()],
      [5, () => set.change()],
      [3, () => set.remove()],
      [2, () => set.rename()],
      [2, () => set.relocate()],
      [3, () => set.moveTo(this.random.pick(this.deliveries).set)],
    ])();
    this.remember();
    await this.commit(said);
    return said;
  }

  private async toggleBroken(): Promise<string> {
    const { set } =
      this.deliveries.find(delivery => delivery.set.isBroken) ??
      this.random.pick(this.deliveries);
    set.isBroken = !set.isBroken;
    await this.commit('broken');
    return `${set.isBroken ? 'break' : 'repair'} ${set.directory}`;
  }

  private async editSpec(): Promise<string> {
    const delivery = this.random.pick(this.deliveries);
    const { spec } = delivery;
    const [field, value] = this.random.pick<[keyof Spec, unknown]>([
      // What is unusual does not last.
      ['prune', spec.prune === false || this.random.chance(0.5)],
      ['suspend', spec.suspend !== true],
      ['force', spec.force !== true],
      ['wait', spec.wait !== true],
      [
        'targetNamespace',
        spec.targetNamespace ? undefined : this.random.pick(NAMESPACES),
      ],
      ['namePrefix', spec.namePrefix ? undefined : `${delivery.name}-`],
      ['path', spec.path ? undefined : './missing'],
    ]);
    await this.write(delivery, { ...spec, [field]: value });
    return `${delivery.name}: ${field} ${value}`;
  }

  private fail(): string {
    const { faults } = this.world.sandbox.kubernetes;
    this.isQuiet = false;
    const times = 1 + this.random.below(12);
    const isWrite = this.random.chance(0.6);
    const resource = this.random.chance(0.5) ? 'kustomizations' : undefined;
    const [name, fault] = this.random.pick<[string, object]>([
      ['500', { status: 500 }],
      ['429', { status: 429, retryAfterSeconds: 1 }],
      ['503', { status: 503 }],
      ['409', { status: 409 }],
      ['disconnect', { disconnect: true }],
      ['lost answer', { dropResponse: true }],
      ['slow', { latencyMs: 300 }],
      ['watches dropped', {}],
      ['watches expired', {}],
    ]);
    if (name.startsWith('watches')) {
      if (name.endsWith('expired')) {
        faults.compact();
        faults.expireWatches();
      } else {
        faults.dropWatches();
      }
      return name;
    }
    faults.inject({
      ...fault,
      times,
      match: request =>
        request.userAgent === PORTAL_AGENT &&
        request.resource !== 'leases' &&
        request.verb !== 'watch' &&
        (!resource || request.resource === resource) &&
        (!isWrite || request.method !== 'GET'),
    });
    return `${name} for ${times} ${isWrite ? 'writes' : 'requests'} of ${resource ?? 'all'}`;
  }

  private heal(): string {
    this.world.sandbox.kubernetes.faults.clear();
    return 'the API is well again';
  }

  private async toggleRights(): Promise<string> {
    this.isDenied = !this.isDenied;
    if (this.isDenied) {
      await this.world.client.delete({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        name: 'deployer',
      });
    } else {
      await this.bind();
    }
    return `rights ${this.isDenied ? 'taken' : 'given'}`;
  }

  private async toggleGit(): Promise<string> {
    this.isGitDown = !this.isGitDown;
    this.isQuiet = false;
    this.world.sandbox.git.setAccess(
      REPO,
      this.isGitDown
        ? { basic: { username: 'no', password: 'one' } }
        : undefined,
    );
    await this.request(SOURCE);
    return `Git ${this.isGitDown ? 'down' : 'up'}`;
  }

  /** In order, in the middle of an outage, or with its database lost. */
  private async restart(): Promise<string> {
    const { faults } = this.world.sandbox.kubernetes;
    const isCrash = this.random.chance(0.4);
    const isLost = this.random.chance(0.3);
    const restore = isCrash
      ? faults.inject({
          disconnect: true,
          match: ({ userAgent }) => userAgent === PORTAL_AGENT,
        })
      : () => {};
    await this.world.stopPortal(this.portal!);
    restore();
    if (isLost) {
      this.database = undefined;
      await this.excuseUnwritten();
    }
    await this.startPortal();
    return `restart${isCrash ? ' in an outage' : ''}${isLost ? ' without its database' : ''}`;
  }

  /**
   * What was made and is in no inventory yet was known to the database alone: the
   * one thing that is lost with it.
   */
  private async excuseUnwritten(): Promise<void> {
    const known = new Set<string>();
    for (const { name } of this.deliveries) {
      const object = await this.read(name);
      object?.status?.inventory?.entries.forEach(({ id }) => known.add(id));
    }
    for (const { id } of await this.objects()) {
      if (!known.has(id)) {
        this.unwritten.add(id);
      }
    }
  }

  private async drift(): Promise<string> {
    this.isQuiet = false;
    const { items } = await this.world.client.list<KubernetesObject>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      labelSelector: `${OWNER}/name`,
    });
    const candidates = items.filter(item => !item.immutable);
    if (candidates.length === 0) {
      return 'nothing to change by hand';
    }
    const { metadata } = this.random.pick(candidates);
    const ref = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: metadata.namespace,
      name: metadata.name,
    };
    if (this.random.chance(0.4)) {
      await this.world.client.delete(ref);
      return `delete ${metadata.name} by hand`;
    }
    await this.world.client
      .patch(ref, {
        type: 'merge',
        body: { data: { value: 'by hand' } },
        fieldManager: 'kubectl-edit',
      })
      .catch(ignoreMissing);
    return `change ${metadata.name} by hand`;
  }

  private async deleteOrCreate(): Promise<string> {
    const missing = this.deliveries.find(({ exists }) => !exists);
    if (missing) {
      missing.exists = true;
      await this.write(missing, missing.spec);
      return `create ${missing.name}`;
    }
    if (this.isDenied) {
      return 'nothing is deleted without rights';
    }
    const delivery = this.random.pick(this.deliveries);
    this.world.sandbox.kubernetes.faults.clear();
    if (delivery.spec.prune === false || delivery.spec.suspend) {
      delivery.seen.forEach(item =>
        this.mayBeLeft.add(`${delivery.name}/${item}`),
      );
    }
    await this.world.client.delete(this.ref(delivery.name));
    await this.world.until(
      this.ref(delivery.name),
      object => object === undefined,
      WAIT_MS,
    );
    delivery.exists = false;
    delivery.seen.clear();
    return `delete ${delivery.name}`;
  }

  private async requestOne(): Promise<string> {
    const { name, exists } = this.random.pick(this.deliveries);
    if (exists) {
      await this.request(this.ref(name));
    }
    return `request ${name}`;
  }

  /** Waits until what can be delivered is. */
  private async settle(): Promise<string> {
    if (this.isGitDown) {
      return 'no rest while Git is down';
    }
    this.world.sandbox.kubernetes.faults.clear();
    const able = this.deliveries.filter(
      ({ name, set, spec, exists }) =>
        exists &&
        !set.isBroken &&
        !spec.suspend &&
        !spec.path &&
        (spec.force || !set.hasImmutable) &&
        !(name === 'two' && this.isDenied) &&
        !this.deliveries.some(
          ({ set: other }) => other.isBroken && other === set,
        ),
    );
    if (!this.isQuiet) {
      // What failed may be tried again much later; nobody waits for that here.
      await this.request(SOURCE);
      for (const { name } of able) {
        await this.request(this.ref(name));
      }
    }
    for (const delivery of able) {
      await this.untilDelivered(delivery);
    }
    this.isQuiet = able.length === this.deliveries.length;
    return `rest of ${able.map(({ name }) => name).join(', ')}`;
  }

  private async untilDone(): Promise<void> {
    for (const delivery of this.deliveries) {
      if (!delivery.exists) {
        delivery.exists = true;
        await this.write(delivery, delivery.spec);
      }
    }
    await this.request(SOURCE);
    for (const delivery of this.deliveries) {
      if (!this.isQuiet) {
        await this.request(this.ref(delivery.name));
      }
      await this.untilDelivered(delivery);
    }
  }

  /** A whole run that is asked for. */
  private async handled(delivery: Delivery): Promise<void> {
    const token = await this.request(this.ref(delivery.name));
    await this.world.until<Kustomization>(
      this.ref(delivery.name),
      object => object?.status?.lastHandledReconcileAt === token,
      WAIT_MS,
    );
  }

  private async untilDelivered(delivery: Delivery): Promise<void> {
    const wanted = this.idsOf(delivery).join();
    const revision = `main@sha1:${this.head}`;
    const isDone = (object: Kustomization | undefined) =>
      readyOf(object)?.status === 'True' &&
      object?.status?.observedGeneration === object?.metadata.generation &&
      object?.status?.lastAppliedRevision === revision &&
      (object.status.inventory?.entries ?? [])
        .map(({ id }) => id)
        .sort()
        .join() === wanted;
    const isHeld = (object: Kustomization | undefined) =>
      readyOf(object)?.reason === 'PruneHeld' &&
      object?.status?.lastAppliedRevision === revision;
    for (;;) {
      const object = await this.world.until<Kustomization>(
        this.ref(delivery.name),
        candidate => isDone(candidate) || isHeld(candidate),
        WAIT_MS,
      );
      if (isDone(object)) {
        break;
      }
      await this.world.client.patch(this.ref(delivery.name), {
        type: 'merge',
        body: {
          metadata: {
            annotations: {
              'backstage-gitops.io/approved-prune': digestOf(object),
            },
          },
        },
      });
      await this.world.until<Kustomization>(
        this.ref(delivery.name),
        candidate => !isHeld(candidate),
        WAIT_MS,
      );
    }
    delivery.seen.clear();
    this.remember();
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as { status?: number }).status !== 404) {
    throw error;
  }
}

function comparable(object: KubernetesObject): unknown {
  const { metadata, status: _, ...rest } = object;
  const spec = rest.spec as Record<string, unknown> | undefined;
  return {
    ...rest,
    ...(spec && {
      spec: { ...spec, clusterIP: undefined, clusterIPs: undefined },
    }),
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      labels: metadata.labels,
      annotations: metadata.annotations,
      finalizers: metadata.finalizers,
    },
    managedFields: (metadata.managedFields as Record<string, unknown>[]).map(
      ({ manager, operation, fieldsV1 }) => ({
        manager,
        operation,
        fieldsV1,
      }),
    ),
  };
}
