import type { PageInfo } from './types';

/**
 * What the catalog could not do. `LocationUnreadable`: read the file;
 * `FileRejected`: take its contents, as after an error of syntax or a kind that
 * `catalog.rules` does not allow; `EntityRejected`: take one document of it;
 * `NameTaken`: take one that is called like an entity of another location.
 *
 * @public
 */
export type CatalogErrorCode =
  'LocationUnreadable' | 'FileRejected' | 'EntityRejected' | 'NameTaken';

/** @public */
export const CATALOG_ERROR_CODES: readonly CatalogErrorCode[] = [
  'LocationUnreadable',
  'FileRejected',
  'EntityRejected',
  'NameTaken',
];

/**
 * An error of the catalog about a registered file. Times are RFC 3339, UTC.
 *
 * @public
 */
export interface CatalogErrorRow {
  /** The Location, or the entity of the document, in full and in lower case. */
  entityRef: string;
  /** Location reference of the file, `type:target`, without user and password. */
  location: string;
  code: CatalogErrorCode;
  /** Why, for people. */
  message: string;
  /** What to do about it. */
  hint: string;
  since: string;
  /** When the catalog said so last. */
  lastSeenAt: string;
}

/**
 * All filters must hold.
 *
 * @public
 */
export interface CatalogErrorsQuery {
  /** Location reference as rows have it. */
  location?: string;
  /** 1 to 200, default 50. */
  limit?: number;
  /** `pageInfo` of an answer with the same filters. */
  cursor?: string;
}

/**
 * A page of errors, the newest first.
 *
 * @public
 */
export interface CatalogErrorList {
  items: CatalogErrorRow[];
  /** Over all pages. */
  totalItems: number;
  pageInfo: PageInfo;
}

/**
 * What the catalog module tells the gitops plugin. Errors of an entity replace
 * those that were told of it before.
 *
 * @public
 */
export interface CatalogErrorReport {
  errors: (Pick<
    CatalogErrorRow,
    'entityRef' | 'location' | 'code' | 'message'
  > & {
    /** Without another report the error is over after so many seconds. */
    validForSeconds: number;
  })[];
  /** Entities that the catalog takes now; at this location alone where one is given. */
  resolved: { entityRef: string; location?: string }[];
}

/** @public */
export interface CatalogErrorReceipt {
  /** Registered manifests that are looked at again for it. */
  registrations: number;
}
