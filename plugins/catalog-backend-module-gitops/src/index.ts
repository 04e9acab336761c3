/**
 * GitOps objects in the Backstage catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleGitops as default } from './module';
export type { SlimSpec } from '@backstage-gitops/plugin-gitops-node';
export { gitopsEntityDataParser } from './parser/gitopsEntityDataParser';
export type { GitopsEntityDataParserOptions } from './parser/gitopsEntityDataParser';
export { GitopsEntityProcessor } from './processor/GitopsEntityProcessor';
