/**
 * Helm as a TypeScript library; today its version grammar.
 *
 * @packageDocumentation
 */
export * from './semver';
