/**
 * Kinds, schemas, CRDs, conversion, validation and conditions of the GitOps
 * objects. Runs in browsers and in Node.
 *
 * @packageDocumentation
 */
export * from './annotations';
export * from './artifact';
export * from './client';
export * from './conditions';
export * from './conversion';
export * from './duration';
export type { FieldError, Warning } from './findings';
export * from './kinds';
export * from './objectRef';
export * from './objects';
export * from './permissions';
export * from './revision';
export * from './validation';
