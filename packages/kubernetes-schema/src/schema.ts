import { KINDS, TYPES, VERBS } from './data/table';
import { SchemaTable } from './decode';
import type { KindInfo, SchemaNode, SchemaOptions } from './SchemaNode';

// Views over constant facts, made when first asked for. Nothing in them can
// change afterwards: nodes and rows are frozen.
const view = (release: 'latest' | '1.21') => {
  let table: SchemaTable | undefined;
  return () =>
    (table ??= new SchemaTable(
      { types: TYPES, kinds: KINDS, verbs: VERBS },
      release,
    ));
};
const views = { latest: view('latest'), '1.21': view('1.21') };

/**
 * The type of a built-in kind, or `undefined` for a kind that is not built in
 * (custom resources have their own schemas).
 *
 * Facts: Kubernetes' OpenAPI v2 description, release 1.36.3, and 1.21.2 for
 * kinds that were dropped since.
 *
 * @param apiVersion - `v1`, `apps/v1`, …
 * @param kind - such as `Deployment`; matched exactly
 *
 * @public
 */
export function schemaOf(
  apiVersion: string,
  kind: string,
  options: SchemaOptions = {},
): SchemaNode | undefined {
  return views[options.release ?? 'latest']().schemaOf(apiVersion, kind);
}

/**
 * What discovery says of a built-in kind: resource name, scope, short names.
 * `undefined` for other kinds and for those that exist only as the body of a
 * subresource (Scale, Eviction, TokenRequest).
 *
 * Facts: the discovery documents of Kubernetes 1.36.3; for dropped kinds the
 * API paths of 1.21.2.
 *
 * @public
 */
export function kindInfo(
  apiVersion: string,
  kind: string,
  options: SchemaOptions = {},
): KindInfo | undefined {
  return views[options.release ?? 'latest']().kindInfo(apiVersion, kind);
}

/**
 * All built-in kinds in all known versions, by group, version, kind.
 *
 * @public
 */
export function builtinKinds(options: SchemaOptions = {}): Iterable<KindInfo> {
  return views[options.release ?? 'latest']().kinds();
}
