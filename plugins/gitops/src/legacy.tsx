/**
 * The same pages, entity tab and card for apps that are built with
 * `@backstage/core-plugin-api`.
 *
 * @packageDocumentation
 */
import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import { GitopsClient } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import {
  legacyDoctorRouteRef,
  legacyDoctorTargetRef,
  legacyObjectTargetRef,
  legacyObjectRouteRef,
  legacyRegisterRouteRef,
  legacyRootRouteRef,
  legacyRootTargetRef,
} from './links/legacyRoutes';

/**
 * The plugin for apps that are built with `@backstage/core-plugin-api`.
 *
 * @public
 */
export const gitopsPlugin = createPlugin({
  id: 'gitops',
  apis: [
    createApiFactory({
      api: gitopsApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: services => new GitopsClient(services),
    }),
  ],
  routes: {
    root: legacyRootRouteRef,
    object: legacyObjectRouteRef,
    doctor: legacyDoctorRouteRef,
  },
  externalRoutes: {
    root: legacyRootTargetRef,
    object: legacyObjectTargetRef,
    doctor: legacyDoctorTargetRef,
    register: legacyRegisterRouteRef,
  },
});

/**
 * The page with all objects and the pages of each; mount it at `/gitops`.
 *
 * @public
 */
export const GitopsPage = gitopsPlugin.provide(
  createRoutableExtension({
    name: 'GitopsPage',
    component: () =>
      import('./pages/LegacyGitopsPage').then(m => m.LegacyGitopsPage),
    mountPoint: legacyRootRouteRef,
  }),
);

/**
 * The content of the entity tab; give it the path `/gitops`.
 *
 * @public
 */
export const EntityGitopsContent = gitopsPlugin.provide(
  createComponentExtension({
    name: 'EntityGitopsContent',
    component: {
      lazy: () =>
        import('./entity/LegacyEntityExtensions').then(
          m => m.LegacyEntityGitopsContent,
        ),
    },
  }),
);

/**
 * The card for the overview of an entity.
 *
 * @public
 */
export const EntityGitopsCard = gitopsPlugin.provide(
  createComponentExtension({
    name: 'EntityGitopsCard',
    component: {
      lazy: () =>
        import('./entity/LegacyEntityExtensions').then(
          m => m.LegacyEntityGitopsCard,
        ),
    },
  }),
);

export {
  isGitopsAvailable,
  isGitopsCardAvailable,
} from './entity/entityObject';
export { gitopsTranslationRef } from './text/translation';
