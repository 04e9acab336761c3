/**
 * Azure for the gitops plugin.
 *
 * @packageDocumentation
 */
export { gitopsModuleAzure as default } from './module';
