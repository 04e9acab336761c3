import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { parseInventoryId } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsAnnotation,
  GitopsObject,
  ResourceInventory,
} from '@backstage-gitops/plugin-gitops-common';
import {
  fullEntityRef,
  Notification,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';
import { mapConcurrent } from '../util/mapConcurrent';
import { ObjectOwners } from './ObjectOwners';

/** How the catalog's Kubernetes integration ties objects to entities. */
const KUBERNETES_ID = 'backstage.io/kubernetes-id';
/** Kinds that people label as theirs, as an inventory writes them. */
const LABELLED =
  /_(apps_(Deployment|StatefulSet|DaemonSet)|batch_(Job|CronJob)|_(Service|ConfigMap))$/;
/** Objects of one delivery that are looked at. */
const MOST = 100;
const FIELDS = ['kind', 'metadata', 'relations'];

/**
 * Who is told what happens to an object: its owner, and the owners of the Components
 * that it names or whose objects it delivers.
 */
export class NotifiedOwners {
  private readonly options: {
    homes: Homes;
    owners: Pick<ObjectOwners, 'ownerOf'>;
    catalog: Pick<CatalogService, 'getEntities' | 'getEntitiesByRefs'>;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    logger: LoggerService;
  };

  constructor(options: NotifiedOwners['options']) {
    this.options = options;
  }

  /** Entity references, sorted. */
  async recipientsOf({ home: name, event }: Notification): Promise<string[]> {
    const home = this.options.homes.find(name);
    const object = home?.cache.get(event.involvedObject);
    if (!home || !object) {
      return [];
    }
    const owner = this.options.owners.ownerOf(name, object);
    const components = await this.componentsOf(home, object);
    const owners = components.flatMap(({ relations = [] }) =>
      relations
        .filter(({ type }) => type === RELATION_OWNED_BY)
        .map(({ targetRef }) => targetRef),
    );
    return [...new Set([...(owner ? [owner] : []), ...owners])].sort();
  }

  private async componentsOf(
    home: Home,
    object: GitopsObject,
  ): Promise<Entity[]> {
    const { catalog, auth } = this.options;
    const credentials = await auth.getOwnServiceCredentials();
    const named = fullEntityRef(
      object.metadata.annotations?.[GitopsAnnotation.component],
      'component',
    );
    const [byRef, ids] = await Promise.all([
      named
        ? catalog.getEntitiesByRefs(
            { entityRefs: [named], fields: FIELDS },
            { credentials },
          )
        : undefined,
      this.idsIn(home, object),
    ]);
    const labelled =
      ids.length > 0
        ? await catalog.getEntities(
            {
              filter: {
                kind: 'component',
                [`metadata.annotations.${KUBERNETES_ID}`]: ids,
              },
              fields: FIELDS,
            },
            { credentials },
          )
        : undefined;
    return [
      ...(byRef?.items.filter(entity => entity !== undefined) ?? []),
      ...(labelled?.items ?? []),
    ];
  }

  /** What the objects of an inventory are labelled as; metadata only is read. */
  private async idsIn(home: Home, object: GitopsObject): Promise<string[]> {
    const { inventory } = (object.status ?? {}) as {
      inventory?: ResourceInventory;
    };
    const entries = (inventory?.entries ?? [])
      .filter(({ id }) => LABELLED.test(id))
      .slice(0, MOST);
    const found = await mapConcurrent(entries, 8, async ({ id, v }) => {
      const { group, kind, namespace, name } = parseInventoryId(id);
      try {
        const { metadata } =
          (await home.client.get<KubernetesObject>({
            apiVersion: group ? `${group}/${v}` : v,
            ...{ kind, namespace, name },
          })) ?? {};
        return metadata?.labels?.[KUBERNETES_ID] ?? [];
      } catch (error) {
        this.options.logger.debug(
          `${kind} ${namespace}/${name} could not be read for its owners: ${error}`,
        );
        return [];
      }
    });
    return [...new Set(found.flat())].sort();
  }
}
