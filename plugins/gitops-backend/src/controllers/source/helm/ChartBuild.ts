import { assertError } from '@backstage/errors';
import { withBuildMetadata } from '@backstage-gitops/helm';
import { HelmChart } from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { buildFailure } from './buildFailure';
import { ChartRepositories } from './ChartRepositories';
import { ChartWork } from './threads/ChartWork';

/** What a chart is made of, whatever its source. */
export interface ChartBuildOptions {
  context: FetchContext<HelmChart>;
  work: ChartWork;
  repositories: ChartRepositories;
  /** Those that are merged into the chart's values; often none. */
  valuesFiles: readonly string[];
  /** Whether the stored chart is one of this name and version. */
  isStored(name: string, version: string): boolean;
}

/** A chart, or word that the stored one is it. */
export type ChartBuild = {
  name: string;
  version: string;
  /** It is not what the source has, byte for byte. */
  isPackaged: boolean;
} & (
  | { archive: Uint8Array; valuesFiles: readonly string[] }
  | { archive?: undefined }
);

/** The version that a chart gets when it is packed. */
export function packedVersion(version: string, metadata: string): string {
  if (metadata === '') {
    return version;
  }
  try {
    return withBuildMetadata(version, metadata);
  } catch (error) {
    assertError(error);
    throw buildFailure('MetadataPatchError', error.message);
  }
}
