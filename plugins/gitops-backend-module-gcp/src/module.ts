import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  gitopsBucketExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
} from '@backstage-gitops/plugin-gitops-node';
import { GarCredentialSupplier } from './GarCredentialSupplier';
import { GcsBucketProvider } from './GcsBucketProvider';
import { GoogleIdentity } from './GoogleIdentity';

/**
 * Google Cloud for the gitops plugin: Buckets and registries with the keys of
 * service accounts, with the identities of ServiceAccounts, or with the portal's
 * own where `gitops.gcp.portalIdentity` allows it.
 *
 * @public
 */
export const gitopsModuleGcp = createBackendModule({
  pluginId: 'gitops',
  moduleId: 'gcp',
  register(env) {
    env.registerInit({
      deps: {
        buckets: gitopsBucketExtensionPoint,
        config: coreServices.rootConfig,
        registries: gitopsRegistryCredentialsExtensionPoint,
      },
      async init({ buckets, config, registries }) {
        const identity = new GoogleIdentity({
          portalIdentity:
            config.getOptionalBoolean('gitops.gcp.portalIdentity') ?? false,
        });
        buckets.addProvider(new GcsBucketProvider(identity));
        registries.addSupplier(new GarCredentialSupplier(identity));
      },
    });
  },
});
