import { isDigest } from './digest';
import { RegistryError } from './RegistryError';

/** A repository of a registry. */
export interface RegistryRepository {
  /** Host, with the port where one was given; `index.docker.io` for Docker Hub. */
  registry: string;
  /** Path below the registry, such as `library/alpine`. */
  name: string;
}

/** An image as people write it. */
export interface ImageReference {
  repository: RegistryRepository;
  tag?: string;
  digest?: string;
}

const DOCKER_HUB = 'index.docker.io';
const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([
  'docker.io',
  'registry-1.docker.io',
  DOCKER_HUB,
]);

const NAME = /^[a-z0-9_\-./]{1,255}$/;
const TAG = /^[a-zA-Z0-9_.-]{1,128}$/;
/** A host name, an IPv4 address or an IPv6 address in brackets; then a port. */
const HOST = /^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?$/;

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The one name of a registry that has several. */
export function canonicalRegistry(registry: string): string {
  return DOCKER_HUB_NAMES.has(registry) ? DOCKER_HUB : registry;
}

/**
 * Reads a repository as go-containerregistry does without strict validation: what
 * comes before the first slash is a registry if it is `localhost` or holds a dot
 * or a colon; Docker Hub, and `library/` on it, are left out by many.
 *
 * @throws RegistryError REGISTRY_INVALID_REFERENCE
 */
export function parseRepository(text: string): RegistryRepository {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const hasRegistry = first === 'localhost' || /[.:]/.test(first);
  const name = hasRegistry ? text.slice(slash + 1) : text;
  if (hasRegistry && !HOST.test(first)) {
    throw invalid(`'${quote(first)}' is no host of a registry`);
  }
  const tagged = name.indexOf(':');
  if (tagged >= 0) {
    throw invalid(
      `it must not contain a tag; remove '${quote(name.slice(tagged))}'`,
    );
  }
  if (!NAME.test(name)) {
    throw invalid(
      `the repository '${quote(name)}' must have 1 to 255 characters, of a-z, 0-9, '_', '-', '.' and '/'`,
    );
  }
  // Such a part would be taken out of the URL, and another repository asked for.
  if (name.split('/').some(part => /^\.*$/.test(part))) {
    throw invalid(`the repository '${quote(name)}' has an empty part`);
  }
  const registry = canonicalRegistry(hasRegistry ? first : DOCKER_HUB);
  const implicit = registry === DOCKER_HUB && !name.includes('/');
  return { registry, name: implicit ? `library/${name}` : name };
}

/**
 * Reads `[registry/]repository[:tag][@digest]`.
 *
 * @throws RegistryError REGISTRY_INVALID_REFERENCE
 */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  const digest = at >= 0 ? text.slice(at + 1) : undefined;
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(`'${quote(digest)}' is no digest`);
  }
  const tagged = at >= 0 ? text.slice(0, at) : text;
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  const tag = hasTag ? tagged.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) {
    throw invalid(`'${quote(tag)}' is no tag`);
  }
  return {
    repository: parseRepository(hasTag ? tagged.slice(0, colon) : tagged),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** `registry/name`, with `:tag` or `@digest`. */
export function formatReference(
  { registry, name }: RegistryRepository,
  reference?: string,
): string {
  if (reference === undefined) {
    return `${registry}/${name}`;
  }
  return `${registry}/${name}${isDigest(reference) ? '@' : ':'}${reference}`;
}

function quote(text: string): string {
  return text.slice(0, 200);
}

function invalid(problem: string): RegistryError {
  return new RegistryError('REGISTRY_INVALID_REFERENCE', problem);
}
