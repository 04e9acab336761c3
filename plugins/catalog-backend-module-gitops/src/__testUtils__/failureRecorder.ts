import { createBackendModule } from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';

/** Collects the errors that the catalog has with single entities. */
export const failureRecorder = (failures: string[]) =>
  createBackendModule({
    pluginId: 'catalog',
    moduleId: 'failure-recorder',
    register(env) {
      env.registerInit({
        deps: { processing: catalogProcessingExtensionPoint },
        async init({ processing }) {
          processing.setOnProcessingErrorHandler(({ errors }) => {
            failures.push(...errors.map(String));
          });
        },
      });
    },
  });
