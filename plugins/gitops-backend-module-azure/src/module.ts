import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsNotificationsExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsTargetsExtensionPoint,
} from '@backstage-gitops/plugin-gitops-node';
import { AcrCredentialSupplier } from './AcrCredentialSupplier';
import { AksAccessProvider } from './AksAccessProvider';
import { AzureIdentity } from './AzureIdentity';
import { AzureNotificationIdentity } from './AzureNotificationIdentity';
import { BlobBucketProvider } from './BlobBucketProvider';
import { KeyVaultKeyServiceProvider } from './KeyVaultKeyServiceProvider';

/**
 * Azure for the gitops plugin: Buckets and registries with the keys and
 * applications of Secrets, with those of ServiceAccounts, or with the portal's own
 * identity where `gitops.azure.portalIdentity` allows it.
 *
 * @public
 */
export const gitopsModuleAzure = createBackendModule({
  pluginId: 'gitops',
  moduleId: 'azure',
  register(env) {
    env.registerInit({
      deps: {
        buckets: gitopsBucketExtensionPoint,
        config: coreServices.rootConfig,
        decryption: gitopsDecryptionExtensionPoint,
        notifications: gitopsNotificationsExtensionPoint,
        registries: gitopsRegistryCredentialsExtensionPoint,
        targets: gitopsTargetsExtensionPoint,
      },
      async init({
        buckets,
        config,
        decryption,
        notifications,
        registries,
        targets,
      }) {
        const identity = new AzureIdentity({
          portalIdentity:
            config.getOptionalBoolean('gitops.azure.portalIdentity') ?? false,
        });
        buckets.addProvider(new BlobBucketProvider(identity));
        decryption.addProvider(new KeyVaultKeyServiceProvider({ identity }));
        targets.addProvider(new AksAccessProvider({ identity }));
        notifications.addIdentity(new AzureNotificationIdentity(identity));
        registries.addSupplier(new AcrCredentialSupplier({ identity }));
      },
    });
  },
});
