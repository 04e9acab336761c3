import {
  formatVersion,
  parseVersion,
  SemverError,
  Version,
} from '@backstage-gitops/helm';
import { CustomErrorBase } from '@backstage/errors';

/** The revision of a source does not fit the chart in it. */
export class ChartRevisionError extends CustomErrorBase {
  readonly name = 'ChartRevisionError';
  readonly code = 'GITOPS_CHART_REVISION';
}

/** A version, and the digest of the revision that it was made from. */
export interface VersionWithDigest {
  version: string;
  /** `<algorithm>:<digest>` */
  digest: string;
}

/** How much of a digest stands in a version. */
const SHOWN = 12;

/**
 * The version of a chart whose source can change what a tag means: the first
 * digits of the digest are its metadata, in place of what was there, so that other
 * content is another version (Flux 2.9). A tag that is a version has to be that of
 * the chart.
 *
 * @throws ChartRevisionError
 */
export function versionWithDigest(
  version: string,
  /** `<tag>@<algorithm>:<digest>`, or without a tag. */
  revision: string,
): VersionWithDigest {
  const own = tryParse(version);
  if (!own) {
    throw new ChartRevisionError(`invalid chart version ${version}`);
  }
  const [tag, digest, ...rest] = revision.includes('@')
    ? revision.split('@')
    : [undefined, revision];
  // Tags of registries have no `+`: Helm writes `_` for it.
  const tagged =
    tag === undefined ? undefined : tryParse(tag.replaceAll('_', '+'));
  if (tagged) {
    if (rest.length > 0 || !isSame(tagged, own)) {
      throw new ChartRevisionError(
        `artifact revision ${tag} does not match chart version ${version}; push the chart under its own version`,
      );
    }
    return { version: withMetadata(own, digest), digest };
  }
  // Flux takes the revision as a whole here, so that a tag that is no version is
  // a part of the digest that is shown.
  return { version: withMetadata(own, revision), digest: revision };
}

function withMetadata(version: Version, digest: string): string {
  const [, hex = '', ...rest] = digest.split(':');
  if (rest.length > 0 || hex.length < SHOWN) {
    throw new ChartRevisionError(`invalid artifact revision ${digest}`);
  }
  return formatVersion({ ...version, metadata: hex.slice(0, SHOWN) });
}

function tryParse(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof SemverError) {
      return undefined;
    }
    throw error;
  }
}

function isSame(a: Version, b: Version): boolean {
  return (
    formatVersion({ ...a, metadata: '' }) ===
    formatVersion({ ...b, metadata: '' })
  );
}
