import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { CatalogErrorReport } from '@backstage-gitops/plugin-gitops-common';
import { json, Router } from 'express';

/** Stands where the gitops plugin does, and keeps what the catalog tells it. */
export function gitopsListener(reports: CatalogErrorReport[]) {
  return createBackendPlugin({
    pluginId: 'gitops',
    register(env) {
      env.registerInit({
        deps: {
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
        },
        async init({ httpAuth, httpRouter }) {
          const router = Router();
          router.post('/catalog-errors', json(), (request, response, next) => {
            httpAuth
              .credentials(request, { allow: ['service'] })
              .then(({ principal }) => {
                if (principal.subject === 'plugin:catalog') {
                  reports.push(request.body);
                }
                response.json({ registrations: 0 });
              }, next);
          });
          httpRouter.use(router);
        },
      });
    },
  });
}
