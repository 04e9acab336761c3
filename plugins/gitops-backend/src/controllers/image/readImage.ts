import {
  formatReference,
  parseRepository,
  RegistryRepository,
} from '../../registries/reference';

/** An image as an ImageRepository names it. */
export interface ImageName {
  repository: RegistryRepository;
  /** With registry and `library/`, where it was left out. */
  canonical: string;
}

/**
 * Reads `spec.image` (image-reflector-controller 1.2).
 *
 * @throws RegistryError, or an Error that says what to remove
 */
export function readImage(image: string): ImageName {
  const scheme = /^([^/]*):\/\//.exec(image)?.[1];
  if (scheme !== undefined) {
    throw new Error(
      `image '${image}' should not include URL scheme; remove '${scheme}://'`,
    );
  }
  // What comes before the first slash may have the port of a registry.
  const [, tag] = image.slice(image.indexOf('/') + 1).split(':', 2);
  if (tag !== undefined) {
    throw new Error(
      `image '${image}' should not include a tag; remove ':${tag}'`,
    );
  }
  const repository = parseRepository(image);
  return { repository, canonical: formatReference(repository) };
}
