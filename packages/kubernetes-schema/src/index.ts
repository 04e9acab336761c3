/**
 * What GitOps engines must know of Kubernetes' built-in kinds: scope, plural,
 * merge keys and list types.
 *
 * @packageDocumentation
 */
export { builtinKinds, kindInfo, schemaOf } from './schema';
export type { KindInfo, SchemaNode, SchemaOptions } from './SchemaNode';
