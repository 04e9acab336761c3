import { canonicalRegistry, RegistryRepository } from './reference';

/** Where the content of a registry is, too. */
export interface RegistryMirror {
  /** Host of the registry, such as `docker.io`. */
  registry: string;
  /** `https://host[:port][/path]`; also http, since it was said so. */
  url: string;
}

/** A repository in a mirror. */
export interface MirroredRepository {
  base: URL;
  repository: RegistryRepository;
}

/** Where else content of a repository may be, in the order of the mirrors. */
export function mirrorsOf(
  mirrors: readonly RegistryMirror[],
  { registry, name }: RegistryRepository,
): MirroredRepository[] {
  return mirrors
    .filter(mirror => canonicalRegistry(mirror.registry) === registry)
    .map(({ url }) => {
      const { origin, host, pathname } = new URL(url);
      const prefix = pathname.replace(/^\/+|\/+$/g, '');
      return {
        base: new URL(origin),
        repository: {
          registry: host,
          name: prefix === '' ? name : `${prefix}/${name}`,
        },
      };
    });
}
