import { Artifact } from '@backstage-gitops/plugin-gitops-common';

/** A packed chart that a HelmRelease is made from. */
export interface PackedChartOfRelease {
  /** As Chart.yaml has it. */
  name: string;
  /**
   * As Chart.yaml has it; where the revision of the source has a digest, with the
   * first 12 digits of that behind a `+` (Flux 2.9).
   */
  version: string;
  appVersion?: string;
  /** `<algorithm>:<digest>` of the source's revision, where it has one. */
  ociDigest?: string;
  bytes: Buffer;
  /** `sha256:…` of the bytes. */
  digest: string;
  artifact: Artifact;
  /** Such as a version, `<tag>@sha256:…`, or a revision of Git. */
  sourceRevision: string;
}

/** Why there is no chart (yet), in words for the condition `Ready`. */
export interface ChartProblem {
  reason: string;
  message: string;
}

/** What became of looking for the chart of a HelmRelease. */
export type LoadedChart =
  | { type: 'found'; chart: PackedChartOfRelease }
  /**
   * The source has none yet; when it has, the release is woken. `quietUntil`
   * (ms since the epoch): it was made just now, so there is nothing to say before.
   */
  | ({ type: 'pending'; quietUntil?: number } & ChartProblem)
  /** It cannot be read; it is tried again. */
  | ({ type: 'failed'; error: Error } & ChartProblem)
  /** Another namespace, and those are forbidden: only the object can change it. */
  | ({ type: 'denied' } & ChartProblem);
