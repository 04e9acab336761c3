import { assertError } from '@backstage/errors';
import {
  compareVersions,
  Constraint,
  parseStrictVersion,
  Version,
} from '@backstage-gitops/helm';
import { OCIRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { RE2JS } from 're2js';
import {
  isTag,
  parseRepository,
  RegistryRepository,
} from '../../../registries/reference';
import { RegistryClient } from '../../../registries/RegistryClient';
import { RegistryError } from '../../../registries/RegistryError';

const PREFIX = 'oci://';
const DEFAULT_TAG = 'latest';
/** Layers of charts; versions of charts may hold `+`, which tags may not. */
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
/** Tags that are looked at to find a version. */
const MOST_TAGS = 500_000;

/** What is to be pulled. */
export type ArtifactReference = { tag: string } | { digest: string };

/**
 * Reads `spec.url`.
 *
 * @throws RegistryError REGISTRY_INVALID_REFERENCE
 */
export function parseArtifactUrl(url: string): RegistryRepository {
  if (!url.startsWith(PREFIX)) {
    throw new RegistryError(
      'REGISTRY_INVALID_REFERENCE',
      "URL must be in format 'oci://<domain>/<org>/<repo>'",
    );
  }
  return parseRepository(url.slice(PREFIX.length));
}

/**
 * What `spec.ref` leads to (Flux 2.9): a digest, else the highest tag in a range,
 * else a tag.
 *
 * @throws where no tag matches, or an expression is none
 */
export async function resolveArtifact(
  client: RegistryClient,
  repository: RegistryRepository,
  { ref = {}, layerSelector }: OCIRepositorySpec,
): Promise<ArtifactReference> {
  if (ref.digest) {
    return { digest: ref.digest };
  }
  if (ref.semver) {
    return {
      tag: await highestTag(client, repository, {
        range: ref.semver,
        filter: ref.semverFilter,
        isChart: layerSelector?.mediaType === CHART_LAYER,
      }),
    };
  }
  return { tag: ref.tag || DEFAULT_TAG };
}

/** @throws RegistryError REGISTRY_INVALID_REFERENCE */
export function requireTag(tag: string): string {
  if (!isTag(tag)) {
    throw new RegistryError(
      'REGISTRY_INVALID_REFERENCE',
      `'${tag.slice(0, 160)}' is no tag; it may have 1 to 128 letters, digits, '_', '.' and '-'`,
    );
  }
  return tag;
}

/** Of equal versions the tag that is listed first; build metadata does not order. */
async function highestTag(
  client: RegistryClient,
  repository: RegistryRepository,
  options: { range: string; filter: string | undefined; isChart: boolean },
): Promise<string> {
  const { range, isChart } = options;
  const filter = options.filter ? readFilter(options.filter) : undefined;
  const constraint = readConstraint(range);
  let highest: { tag: string; version: Version } | undefined;
  let seen = 0;
  for await (const page of client.tags(repository)) {
    seen += page.length;
    if (seen > MOST_TAGS) {
      throw new RegistryError(
        'REGISTRY_TOO_LARGE',
        `the repository has more than ${MOST_TAGS} tags; name one in spec.ref.tag`,
      );
    }
    for (const tag of page) {
      const version =
        !filter || filter.matcher(tag).find()
          ? versionOf(isChart ? tag.replaceAll('_', '+') : tag)
          : undefined;
      if (
        version &&
        constraint.check(version).matches &&
        (!highest || compareVersions(version, highest.version) > 0)
      ) {
        highest = { tag, version };
      }
    }
  }
  if (!highest) {
    throw new Error(`no match found for semver: ${range}`);
  }
  return highest.tag;
}

function versionOf(tag: string): Version | undefined {
  try {
    return parseStrictVersion(tag);
  } catch {
    return undefined;
  }
}

function readConstraint(range: string): Constraint {
  try {
    return Constraint.parse(range);
  } catch (error) {
    assertError(error);
    throw new Error(`semver '${range}' parse error: ${error.message}`);
  }
}

function readFilter(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw new Error(
      `semverFilter '${pattern.slice(0, 200)}' is no regular expression`,
    );
  }
}
