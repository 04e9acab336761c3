import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
} from '@backstage/catalog-model';
import { DeferredEntity } from '@backstage/plugin-catalog-node';
import { PublishedEntity } from '@backstage-gitops/plugin-gitops-common';
import { ManifestAnnotation } from '@backstage-gitops/plugin-gitops-node';
import { publishedLocation } from './publishedLocation';

/** The entity as the catalog takes it: with where it comes from. */
export function toDeferredEntity(
  published: PublishedEntity,
  options: {
    home: string;
    /** `app.baseUrl`, for a link to the object. */
    appUrl?: string;
  },
): DeferredEntity {
  const { apiVersion, kind, metadata, spec } = published;
  const { home, appUrl } = options;
  const location = publishedLocation(home);
  const name = metadata.annotations[ManifestAnnotation.object];
  const path = [home, kind, metadata.namespace, name]
    .map(encodeURIComponent)
    .join('/');
  return {
    locationKey: location,
    entity: {
      apiVersion,
      kind,
      metadata: {
        name: metadata.name,
        namespace: metadata.namespace,
        annotations: {
          ...metadata.annotations,
          [ANNOTATION_LOCATION]: location,
          [ANNOTATION_ORIGIN_LOCATION]: location,
        },
        ...(appUrl && {
          links: [
            {
              url: `${appUrl.replace(/\/+$/, '')}/gitops/objects/${path}`,
              title: 'GitOps object',
            },
          ],
        }),
      },
      spec: { ...spec },
    },
  };
}
