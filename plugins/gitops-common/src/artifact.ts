/**
 * What a source publishes and a delivery consumes: `status.artifact` of Flux's
 * source kinds (Flux 2.9).
 *
 * @public
 */
export interface Artifact {
  /** `<kind, lower case>/<namespace>/<name>/<file>`, relative to the store. */
  path: string;
  /** Where the archive can be fetched. */
  url: string;
  /** What a person recognises, such as `main@sha1:…`; see {@link parseRevision}. */
  revision: string;
  /** `<algorithm>:<hex>` of the stored file. */
  digest: string;
  /** RFC 3339; when the file was written. */
  lastUpdateTime: string;
  /** Bytes of the stored file. */
  size?: number;
  /** What upstream says of it, such as OCI manifest annotations. */
  metadata?: Record<string, string>;
}

/**
 * The form of `digest` that Flux's CRDs demand.
 *
 * @public
 */
export const ARTIFACT_DIGEST_PATTERN =
  '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$';
