/**
 * Where a resource came from, or what changed it, as the annotations
 * `config.kubernetes.io/origin` and `alpha.config.kubernetes.io/transformations`
 * tell it. Paths are relative to the directory that is built.
 *
 * @public
 */
export interface Origin {
  path?: string;
  configuredIn?: string;
  configuredBy?: {
    apiVersion?: string;
    kind?: string;
    name?: string;
    namespace?: string;
  };
}
