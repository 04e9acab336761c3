import {
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import { TestCluster } from '../../../__testUtils__/clusters';
import { deliveryWorld } from '../../../__testUtils__/deliveries';
import {
  kustomization,
  PortalOptions,
  readyOf,
  World,
} from '../../../__testUtils__/world';

/** Generous: it costs only where something fails. */
const WAIT_MS = 120_000;
const SOURCE = {
  apiVersion: gitRepositoryKind.apiVersion,
  kind: 'GitRepository',
  namespace: 'default',
  name: 'repo',
};

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.test' },
  spec: {
    group: 'example.test',
    names: {
      kind: 'Widget',
      plural: 'widgets',
      singular: 'widget',
      listKind: 'WidgetList',
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
    ],
  },
};

/** A ConfigMap as YAML. */
export const configMap = (
  name: string,
  options: {
    value?: string;
    namespace?: string;
    annotations?: Record<string, string>;
    immutable?: boolean;
  } = {},
) =>
  `${JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: options.namespace,
      annotations: options.annotations,
    },
    immutable: options.immutable,
    data: { value: options.value ?? '1' },
  })}\n`;

/** A Widget as YAML: a kind whose status a test writes. */
export const widget = (name: string) =>
  `apiVersion: example.test/v1\nkind: Widget\nmetadata: {name: ${name}}\n`;

/** An annotation of Flux. */
export const setting = (name: string, value: string) => ({
  [`kustomize.toolkit.fluxcd.io/${name}`]: value,
});

/** Deliveries of one repository to one cluster, for tests of what they do. */
export class Scene {
  private requests = 0;
  private head = '';

  private constructor(readonly world: World) {}

  static async start(options: {
    cluster: TestCluster;
    database: Promise<Knex>;
    files: Record<string, string>;
    portal?: PortalOptions;
  }): Promise<Scene> {
    const world = await deliveryWorld(options.database, options.files, {
      ...options.portal,
      world: options.cluster.start(),
    });
    const scene = new Scene(world);
    scene.head = (await world.sandbox.git.revision('team/app', 'main')) ?? '';
    await world.apply(WIDGETS as KubernetesObject);
    await world.until<KubernetesObject>(
      {
        apiVersion: WIDGETS.apiVersion,
        kind: WIDGETS.kind,
        name: WIDGETS.metadata.name,
      },
      crd => JSON.stringify(crd?.status ?? '').includes('"Established"'),
      WAIT_MS,
    );
    return scene;
  }

  async stop(): Promise<void> {
    await this.world.stop();
  }

  get revision(): string {
    return `main@sha1:${this.head}`;
  }

  ref(name: string) {
    return {
      apiVersion: kustomizationKind.apiVersion,
      kind: 'Kustomization',
      namespace: 'default',
      name,
    };
  }

  /** Makes or changes a Kustomization of the directory that has its name. */
  async apply(
    name: string,
    spec: Partial<Kustomization['spec']> = {},
  ): Promise<Kustomization> {
    return this.world.apply(
      kustomization({ path: `./${name}`, ...spec }, name),
    );
  }

  /** Applies it and waits until it is delivered. */
  async deliver(
    name: string,
    spec: Partial<Kustomization['spec']> = {},
  ): Promise<Kustomization> {
    await this.apply(name, spec);
    return this.delivered(name);
  }

  until(
    name: string,
    wanted: (object: Kustomization) => boolean,
  ): Promise<Kustomization> {
    return this.world.until<Kustomization>(
      this.ref(name),
      object => object !== undefined && wanted(object),
      WAIT_MS,
    );
  }

  /** Ready in the last revision and in its present generation. */
  delivered(name: string): Promise<Kustomization> {
    return this.until(
      name,
      object =>
        readyOf(object)?.status === 'True' &&
        object.status?.observedGeneration === object.metadata.generation &&
        object.status?.lastAppliedRevision === this.revision,
    );
  }

  /** Not ready, for a reason and with a message. */
  failed(
    name: string,
    reason: string,
    message: RegExp = /./,
  ): Promise<Kustomization> {
    return this.until(name, object => {
      const ready = readyOf(object);
      return (
        ready?.status === 'False' &&
        ready.reason === reason &&
        message.test(ready.message)
      );
    });
  }

  /** Waits until it is gone. */
  async gone(name: string): Promise<void> {
    await this.world.until(
      this.ref(name),
      object => object === undefined,
      WAIT_MS,
    );
  }

  /** A commit that the portal looks at. */
  async commit(change: {
    files?: Record<string, string>;
    remove?: string[];
  }): Promise<string> {
    this.head = await this.world.sandbox.git.commit('team/app', {
      message: 'Change',
      ...change,
    });
    await this.annotate(SOURCE);
    return this.revision;
  }

  /** Asks for a run and waits until it is over. */
  async reconcile(name: string): Promise<Kustomization> {
    const token = await this.annotate(this.ref(name));
    return this.until(
      name,
      object => object.status?.lastHandledReconcileAt === token,
    );
  }

  /** An object of the namespace `default`. */
  read(
    kind: string,
    name: string,
    apiVersion: string = 'v1',
  ): Promise<KubernetesObject | undefined> {
    return this.world.client.get<KubernetesObject>({
      ...{ apiVersion, kind, name },
      namespace: 'default',
    });
  }

  /** Writes what a controller of Widgets would. */
  async widgetStatus(name: string, status: object): Promise<void> {
    const ref = {
      apiVersion: 'example.test/v1',
      kind: 'Widget',
      namespace: 'default',
      name,
    };
    await this.world.until(ref, object => object !== undefined, WAIT_MS);
    await this.world.client.patch(ref, {
      type: 'merge',
      subresource: 'status',
      body: { status },
    });
  }

  private async annotate(ref: typeof SOURCE): Promise<string> {
    this.requests += 1;
    const token = `r${this.requests}`;
    await this.world.client.patch(ref, {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } },
      },
    });
    return token;
  }
}

/** Ids of the inventory. */
export const inventoryOf = (object: Kustomization) =>
  object.status?.inventory?.entries.map(({ id }) => id);

/** A condition as `[status, reason, message]`. */
export const conditionOf = (object: Kustomization, type: string) => {
  const found = object.status?.conditions?.find(
    condition => condition.type === type,
  );
  return found && [found.status, found.reason, found.message];
};
