import type { ChartMetadata } from '../charts';

/**
 * A version of a chart in an index.
 *
 * @public
 */
export interface IndexedChart {
  /** As Chart.yaml said it when the index was made; validated. */
  readonly metadata: ChartMetadata;
  /** Where its archive is, absolute or relative to the repository. */
  readonly urls: readonly string[];
  /** RFC 3339; undefined where the index does not tell. */
  readonly created?: string;
  /** Withdrawn; it is found all the same, as in Helm. */
  readonly removed: boolean;
  /** SHA-256 of the archive in hex, perhaps after `sha256:`; may be empty. */
  readonly digest: string;
}

/**
 * The index of a repository.
 *
 * @public
 */
export interface RepositoryIndex {
  readonly apiVersion: string;
  /** RFC 3339; undefined where the index does not tell. */
  readonly generated?: string;
  /** Versions by the name of the chart, the highest first. */
  readonly entries: ReadonlyMap<string, readonly IndexedChart[]>;
  readonly publicKeys: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Bounds of what an index may hold.
 *
 * @public
 */
export interface IndexLimits {
  /** Default 50 MiB, as in Flux. */
  maxBytes?: number;
  /** Versions of all charts together. Default 200,000. */
  maxEntries?: number;
  /** Texts, lists, tables and other values. Default 10 million. */
  maxValues?: number;
}
