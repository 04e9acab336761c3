import { SopsMetadata } from './SopsMetadata';
import { SopsValue } from './SopsValue';

/** A value of a document, in the order in which the MAC is made. */
export interface SopsLeaf {
  /** Names of the maps that it is in and its own; lists have none. */
  path: readonly string[];
  /** Comments before it, by the map or list that they stand in, outermost first. */
  comments: readonly (readonly string[])[];
  value: SopsValue;
  set(value: SopsValue): void;
}

/** The formats that SOPS has. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary';

/** A file that SOPS encrypted, without its metadata. */
export interface SopsDocument {
  metadata: SopsMetadata;
  /** Nothing else of the document is changed while they are walked through. */
  leaves(): Iterable<SopsLeaf>;
  /** As `sops --decrypt` writes it. */
  write(format: SopsFormat): Buffer;
}
