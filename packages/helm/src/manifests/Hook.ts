/**
 * When a hook runs.
 *
 * @public
 */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'pre-delete'
  | 'post-delete'
  | 'test';

/**
 * When a hook's object is deleted, or its logs are printed, where the names are
 * known: `before-hook-creation` (deletion only), `hook-succeeded`,
 * `hook-failed`. Unknown names are kept.
 *
 * @public
 */
export type HookPolicy = string;

/**
 * A rendered object that runs at events of a release, and is no part of its
 * manifest.
 *
 * @public
 */
export interface Hook {
  readonly name: string;
  readonly kind: string;
  /** The template it comes from. */
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  readonly deletePolicies: readonly HookPolicy[];
  readonly outputLogPolicies: readonly HookPolicy[];
}

/**
 * A rendered object of a release.
 *
 * @public
 */
export interface Manifest {
  /** The template it comes from. */
  readonly path: string;
  readonly content: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}
