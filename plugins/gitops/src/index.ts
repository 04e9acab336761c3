/**
 * The GitOps pages, entity tab and card of a Backstage app on the new frontend
 * system. Apps on the older one import from `/legacy`.
 *
 * @packageDocumentation
 */
export { gitopsPlugin as default } from './plugin';
export {
  isGitopsAvailable,
  isGitopsCardAvailable,
} from './entity/entityObject';
export { gitopsTranslationRef } from './text/translation';
