import { formatVersion, parseVersion, SemverError } from '../semver';
import { PackagingError, show } from './PackagingError';

/**
 * A version with build metadata, as Flux 2.9 gives it to charts that it packs:
 * `1.2.3` and `4` make `1.2.3+4`; to metadata that is there, it is added behind a
 * dot. The version is written with three numbers and without a `v`.
 *
 * @throws PackagingError `invalid-chart` where either is not of its form
 * @public
 */
export function withBuildMetadata(version: string, metadata: string): string {
  try {
    const parsed = parseVersion(version);
    const joined = parsed.metadata
      ? `${parsed.metadata}.${metadata}`
      : metadata;
    return formatVersion(
      parseVersion(formatVersion({ ...parsed, metadata: joined })),
    );
  } catch (cause) {
    if (cause instanceof SemverError) {
      throw new PackagingError(
        'invalid-chart',
        `${show(version)} cannot have the build metadata ${show(metadata)}: ${cause.message}`,
        { cause },
      );
    }
    throw cause;
  }
}
