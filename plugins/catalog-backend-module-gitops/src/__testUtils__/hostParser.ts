import { createBackendModule } from '@backstage/backend-plugin-api';
import { catalogModelExtensionPoint } from '@backstage/plugin-catalog-node/alpha';
import { gitopsEntityDataParser } from '../parser/gitopsEntityDataParser';

/** A host that installs a parser of its own, around ours. */
export const hostParser = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'host-parser',
  register(env) {
    env.registerInit({
      deps: { model: catalogModelExtensionPoint },
      async init({ model }) {
        model.setEntityDataParser(gitopsEntityDataParser());
      },
    });
  },
});
