/**
 * Scaffolder actions that make GitOps objects.
 *
 * @packageDocumentation
 */
export { scaffolderModuleGitops as default } from './module';
export { createSourceAction } from './source/createSourceAction';
export type { SourceActionOptions } from './source/createSourceAction';
