import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { FieldSpec } from '../fields/FieldSpec';

/**
 * Which resources a patch or replacement is for. All but the label and
 * annotation selectors are regular expressions over the whole value.
 *
 * @public
 */
export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

/** An entry of `patches` or `patchesJson6902`. */
export interface PatchEntry {
  path?: string;
  patch?: string;
  target?: Selector;
  options?: { allowNameChange?: boolean; allowKindChange?: boolean };
}

/** An entry of `images`. */
export interface ImageEntry {
  name: string;
  newName?: string;
  newTag?: string;
  tagSuffix?: string;
  digest?: string;
}

/** An entry of `replicas`. */
export interface ReplicaEntry {
  name: string;
  count: number;
}

/** An entry of `labels`. */
export interface LabelEntry {
  pairs: Record<string, string>;
  includeSelectors: boolean;
  includeTemplates: boolean;
  fields: FieldSpec[];
}

/** `generatorOptions`, and `options` of one generator. */
export interface GeneratorOptions {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  disableNameSuffixHash?: boolean;
  immutable?: boolean;
}

/** An entry of `configMapGenerator` or `secretGenerator`. */
export interface GeneratorEntry {
  name: string;
  namespace: string;
  behavior: string;
  literals: string[];
  files: string[];
  envs: string[];
  /** Secrets only. */
  type: string;
  options?: GeneratorOptions;
}

/** An entry of `vars`. */
export interface VariableEntry {
  name: string;
  objref: { apiVersion: string; kind: string; name: string; namespace: string };
  fieldPath: string;
}

/** `sortOptions`. */
export interface SortOptions {
  order: string;
  legacySortOptions?: { orderFirst: string[]; orderLast: string[] };
}

/** A kustomization file after its deprecated fields are folded in. */
export interface Kustomization {
  fileName: string;
  kind: 'Kustomization' | 'Component';
  namePrefix: string;
  nameSuffix: string;
  namespace: string;
  commonLabels: Record<string, string>;
  labels: LabelEntry[];
  commonAnnotations: Record<string, string>;
  patchesStrategicMerge: string[];
  patchesJson6902: PatchEntry[];
  patches: PatchEntry[];
  images: ImageEntry[];
  replicas: ReplicaEntry[];
  /** Checked where they are applied. */
  replacements: JsonObject[];
  vars: VariableEntry[];
  sortOptions?: SortOptions;
  resources: string[];
  components: string[];
  crds: string[];
  configMapGenerator: GeneratorEntry[];
  secretGenerator: GeneratorEntry[];
  generatorOptions?: GeneratorOptions;
  /** The entries of `helmCharts` as written, and `helmGlobals`. */
  helm: { charts: JsonObject[]; globals: JsonObject };
  configurations: string[];
  generators: string[];
  transformers: string[];
  validators: string[];
  buildMetadata: string[];
  openapi: Record<string, string>;
  /** Deprecated fields it uses, in kustomize's words. */
  warnings: string[];
}
