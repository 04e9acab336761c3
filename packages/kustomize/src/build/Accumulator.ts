import { VariableEntry } from '../kustomization/Kustomization';
import { ResourceList } from '../resources/ResourceList';
import { TransformerConfig } from '../transformers/defaults';

/** What a directory hands to the one that refers to it. */
export interface Accumulator {
  readonly resources: ResourceList;
  /** Fields added by configurations and definitions further in. */
  config: TransformerConfig;
  readonly variables: VariableEntry[];
}
