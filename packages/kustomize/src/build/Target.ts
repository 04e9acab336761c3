import { Loader } from '../files/Loader';
import { HelmRenderer } from '../generators/HelmRenderer';
import { Kustomization } from '../kustomization/Kustomization';
import { TransformerConfigs } from '../transformers/TransformerConfigs';
import { Origin } from '../resources/Origin';

/** What all directories of a build share. */
export interface BuildContext {
  readonly warnings: string[];
  readonly configs: TransformerConfigs;
  readonly helm?: HelmRenderer;
}

/** One directory while it is built. */
export interface Target {
  readonly kustomization: Kustomization;
  readonly loader: Loader;
  readonly context: BuildContext;
  /** Set where `buildMetadata` of the directory that is built asks for anything. */
  readonly origin: Origin | undefined;
  /** The namespace of the nearest directory further out that sets one. */
  readonly outerNamespace: string;
}
