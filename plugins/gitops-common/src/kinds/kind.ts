import { FieldSchema } from './schema';

/**
 * The reconciler, and with it the scheduled task, that a kind belongs to.
 *
 * @public
 */
export type Controller =
  'source' | 'kustomize' | 'helm' | 'image' | 'notification';

/**
 * A column of `kubectl get`.
 *
 * @public
 */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'date';
  jsonPath: string;
  /** 0 (default) always shown, 1 only with `-o wide`. */
  priority?: number;
}

/**
 * Everything there is to know of a kind; one file per kind makes one of these
 * and {@link gitopsKinds} lists them. Facts from Flux 2.9.
 *
 * @public
 */
export interface GitopsKind {
  kind: string;
  group: string;
  plural: string;
  singular: string;
  listKind: string;
  shortNames: readonly string[];
  /** Beyond `all` and `fluxcd`. */
  category:
    | 'fluxcd-sources'
    | 'fluxcd-appliers'
    | 'fluxcd-images'
    | 'fluxcd-notifications';
  controller: Controller;
  /** The one version that we serve, read and write. */
  servedVersion: string;
  /** The version that etcd holds where our CRD is installed. */
  storageVersion: string;
  /** All versions that Flux ever served, oldest first. */
  versions: readonly string[];
  /** `group/servedVersion`. */
  apiVersion: string;
  /** Whether it publishes `status.artifact`. */
  producesArtifact: boolean;
  /** Whether it is reconciled and reports; Alert and Provider only hold settings. */
  hasStatus: boolean;
  description: string;
  printerColumns: readonly PrinterColumn[];
  spec: FieldSchema;
  status?: FieldSchema;
}

/** What a kind's file states; the rest follows. */
export interface KindDefinition extends Omit<
  GitopsKind,
  | 'apiVersion'
  | 'singular'
  | 'listKind'
  | 'storageVersion'
  | 'hasStatus'
  | 'producesArtifact'
> {
  producesArtifact?: boolean;
}

/** Completes a definition. */
export function defineKind(definition: KindDefinition): GitopsKind {
  return {
    ...definition,
    singular: definition.kind.toLowerCase(),
    listKind: `${definition.kind}List`,
    storageVersion: definition.servedVersion,
    apiVersion: `${definition.group}/${definition.servedVersion}`,
    producesArtifact: definition.producesArtifact ?? false,
    hasStatus: definition.status !== undefined,
  };
}

/** Columns that most kinds share. */
export const AGE_COLUMN: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

export const READY_COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
  },
  {
    name: 'Status',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  },
];
