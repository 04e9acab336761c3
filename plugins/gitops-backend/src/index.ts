/**
 * The GitOps reconcilers as a Backstage backend plugin.
 *
 * @packageDocumentation
 */
export { gitopsPlugin as default } from './plugin';
