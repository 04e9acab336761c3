import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { parseInventoryId } from '@backstage-gitops/kubernetes-apply';
import {
  FluxLabel,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { ObjectSummary } from './ObjectSummary';
import { AnnotationEntityResolver, EntityObjectsResolver } from './sources';

/** How the catalog's Kubernetes integration ties objects to entities. */
const KUBERNETES_ID = 'backstage.io/kubernetes-id';
const LABEL_SELECTOR = 'backstage.io/kubernetes-label-selector';

/** Only kinds that people label as theirs are looked through. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['apps_Deployment', 'apps/v1'],
  ['apps_StatefulSet', 'apps/v1'],
  ['apps_DaemonSet', 'apps/v1'],
  ['batch_Job', 'batch/v1'],
  ['batch_CronJob', 'batch/v1'],
  ['_Service', 'v1'],
  ['_ConfigMap', 'v1'],
  ['networking.k8s.io_Ingress', 'networking.k8s.io/v1'],
]);

/** An answer is good for this long; applied objects change their owner rarely. */
const KEPT_MS = 5_000;

interface Answer {
  owners: Promise<ReadonlySet<string>>;
  at: number;
}

/**
 * {@link EntityObjectsResolver} that also knows the deliveries whose inventory
 * holds objects of a Component, by the labels of those objects, and the sources
 * of these deliveries. Reads metadata only.
 */
export class ComponentObjects implements EntityObjectsResolver {
  private readonly homes: Homes;
  private readonly catalog: CatalogService;
  private readonly auth: AuthService;
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private readonly annotations = new AnnotationEntityResolver();
  private readonly answers = new Map<string, Answer>();

  constructor(options: {
    homes: Homes;
    catalog: CatalogService;
    auth: AuthService;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.homes = options.homes;
    this.catalog = options.catalog;
    this.auth = options.auth;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  async matcherFor(
    entityRef: string,
  ): Promise<(object: ObjectSummary) => boolean> {
    const [named, selector] = await Promise.all([
      this.annotations.matcherFor(entityRef),
      this.selectorOf(entityRef),
    ]);
    if (!selector) {
      return named;
    }
    const owners = new Map<string, ReadonlySet<string>>();
    await Promise.all(
      this.homes.list().map(async home => {
        owners.set(home.name, await this.ownersIn(home, selector));
      }),
    );
    return object =>
      named(object) ||
      owners
        .get(object.key.home)
        ?.has(
          `${object.key.kind}/${object.key.namespace}/${object.key.name}`,
        ) === true;
  }

  /** The label selector by which an entity names its Kubernetes objects. */
  private async selectorOf(entityRef: string): Promise<string | undefined> {
    try {
      const entity = await this.catalog.getEntityByRef(entityRef, {
        credentials: await this.auth.getOwnServiceCredentials(),
      });
      const annotations = entity?.metadata.annotations ?? {};
      const id = annotations[KUBERNETES_ID];
      return annotations[LABEL_SELECTOR] ?? (id && `${KUBERNETES_ID}=${id}`);
    } catch (error) {
      this.logger.warn(
        `The catalog did not tell which objects belong to ${entityRef}: ${error}`,
      );
      return undefined;
    }
  }

  private ownersIn(home: Home, selector: string): Promise<ReadonlySet<string>> {
    const key = `${home.name}\n${selector}`;
    const known = this.answers.get(key);
    if (known && this.now() - known.at < KEPT_MS) {
      return known.owners;
    }
    const owners = this.readOwners(home, selector);
    this.answers.set(key, { owners, at: this.now() });
    for (const [other, { at }] of this.answers) {
      if (this.now() - at >= KEPT_MS) {
        this.answers.delete(other);
      }
    }
    return owners;
  }

  private async readOwners(
    home: Home,
    selector: string,
  ): Promise<ReadonlySet<string>> {
    const deliveries = home.cache.list(
      kustomizationKind.kind,
    ) as Kustomization[];
    const owners = new Set<string>();
    await Promise.all(
      [...kindsIn(deliveries)].map(async ([apiVersion, kind]) => {
        try {
          const { items } = await home.client.list<KubernetesObject>({
            apiVersion,
            kind,
            labelSelector: selector,
            metadataOnly: true,
          });
          for (const { metadata } of items) {
            const name = metadata.labels?.[FluxLabel.kustomizationName];
            const namespace =
              metadata.labels?.[FluxLabel.kustomizationNamespace];
            if (name && namespace) {
              owners.add(`${kustomizationKind.kind}/${namespace}/${name}`);
            }
          }
        } catch (error) {
          this.logger.debug(
            `${kind} in home ${home.name} could not be searched for ${selector}: ${error}`,
          );
        }
      }),
    );
    for (const { metadata, spec } of deliveries) {
      const { namespace = 'default', name } = metadata;
      if (owners.has(`${kustomizationKind.kind}/${namespace}/${name}`)) {
        const { sourceRef } = spec;
        owners.add(
          `${sourceRef.kind}/${sourceRef.namespace ?? namespace}/${sourceRef.name}`,
        );
      }
    }
    return owners;
  }
}

/** The kinds worth searching that some inventory holds: `[apiVersion, kind]`. */
function kindsIn(deliveries: readonly Kustomization[]): Set<[string, string]> {
  const found = new Map<string, [string, string]>();
  for (const { status } of deliveries) {
    for (const { id } of status?.inventory?.entries ?? []) {
      const suffix = id.slice(id.lastIndexOf('_', id.lastIndexOf('_') - 1) + 1);
      const apiVersion = KINDS.get(suffix);
      if (apiVersion && !found.has(suffix)) {
        found.set(suffix, [apiVersion, parseInventoryId(id).kind]);
      }
    }
  }
  return new Set(found.values());
}
