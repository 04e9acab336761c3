import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  HomeNaming,
  publishedNameOf,
} from '@backstage-gitops/plugin-gitops-node';
import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../homes/Home';
import { isPublished, PublishConfig } from './readPublishConfig';

/**
 * Tells the catalog entity of an object: registered, as its annotation says, or
 * published. Others have none in the catalog.
 */
export function entityRefs(options: {
  publish: PublishConfig;
  naming: readonly HomeNaming[];
}): (home: Home, object: GitopsObject) => string | undefined {
  const naming = new Map(options.naming.map(home => [home.name, home]));
  return (home, { kind, metadata }) =>
    metadata.annotations?.[GitopsAnnotation.registration] !== undefined ||
    isPublished(options.publish, home.name, kind)
      ? stringifyEntityRef({
          kind,
          namespace: metadata.namespace ?? 'default',
          name: publishedNameOf(naming.get(home.name), metadata.name),
        })
      : undefined;
}
