/**
 * AWS for the gitops plugin.
 *
 * @packageDocumentation
 */
export { gitopsModuleAws as default } from './module';
