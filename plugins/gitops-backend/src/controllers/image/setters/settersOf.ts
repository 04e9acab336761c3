import { ImagePolicy, ImageRef } from '@backstage-gitops/plugin-gitops-common';

/** The values of markers, by their text: `namespace:policy[:name|:tag|:digest]`. */
export type Setters = ReadonlyMap<string, string>;

/** An image as it stands in a manifest. */
export function formatImage({ name, tag, digest }: ImageRef): string {
  return `${name}:${tag}${digest ? `@${digest}` : ''}`;
}

/**
 * What may be set by the images that policies chose; those without one have no
 * setters, so that their markers stay as they are (image-automation-controller 1.2).
 */
export function settersOf(policies: readonly ImagePolicy[]): Setters {
  return new Map(
    policies.flatMap(({ metadata, status }): [string, string][] => {
      const image = status?.latestRef;
      if (!image) {
        return [];
      }
      const setter = `${metadata.namespace}:${metadata.name}`;
      return [
        [setter, formatImage(image)],
        [`${setter}:name`, image.name],
        [`${setter}:tag`, image.tag],
        [`${setter}:digest`, image.digest ?? ''],
      ];
    }),
  );
}
