import type { ParsedTemplates } from '@backstage-gitops/go-template';
import type { IncludeMemo } from './IncludeMemo';

/**
 * Looks up an object in the cluster: the object, a List of objects where the
 * name is empty, or undefined where there is none.
 *
 * @throws RenderError `lookup-failed`, where the cluster has no such kind or
 * does not answer
 * @public
 */
export type Lookup = (query: LookupQuery) => object | undefined;

/**
 * What a template looks up.
 *
 * @public
 */
export interface LookupQuery {
  apiVersion: string;
  kind: string;
  /** Empty: all namespaces, or an object that is in none. */
  namespace: string;
  /** Empty: all. */
  name: string;
}

/** What one rendering knows; `run.environment` of its functions. */
export interface RenderState {
  /** Parses a text with all functions, or takes it from the cache. */
  readonly parse: (name: string, text: string) => ParsedTemplates;
  /** How many times each template is being included now. */
  readonly included: Map<string, number>;
  readonly memo: IncludeMemo;
  readonly lookup?: Lookup;
  /** `fail` and `required` do not end the rendering. */
  readonly lint: boolean;
}
