/**
 * Google Cloud for the gitops plugin.
 *
 * @packageDocumentation
 */
export { gitopsModuleGcp as default } from './module';
