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
import { CloudKmsKeyServiceProvider } from './CloudKmsKeyServiceProvider';
import { GarCredentialSupplier } from './GarCredentialSupplier';
import { GcsBucketProvider } from './GcsBucketProvider';
import { GkeAccessProvider } from './GkeAccessProvider';
import { GoogleIdentity } from './GoogleIdentity';
import { GoogleNotificationIdentity } from './GoogleNotificationIdentity';

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
        const identity = new GoogleIdentity({
          portalIdentity:
            config.getOptionalBoolean('gitops.gcp.portalIdentity') ?? false,
        });
        buckets.addProvider(new GcsBucketProvider(identity));
        decryption.addProvider(new CloudKmsKeyServiceProvider(identity));
        targets.addProvider(new GkeAccessProvider(identity));
        notifications.addIdentity(new GoogleNotificationIdentity(identity));
        registries.addSupplier(new GarCredentialSupplier(identity));
      },
    });
  },
});
