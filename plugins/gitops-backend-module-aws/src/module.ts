import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsTargetsExtensionPoint,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsBucketProvider } from './AwsBucketProvider';
import { AwsIdentity } from './AwsIdentity';
import { EcrCredentialSupplier } from './EcrCredentialSupplier';
import { EksAccessProvider } from './EksAccessProvider';
import { KmsKeyServiceProvider } from './KmsKeyServiceProvider';

/**
 * AWS for the gitops plugin: Buckets and registries with the roles of
 * ServiceAccounts, or with the portal's own identity where
 * `gitops.aws.portalIdentity` allows it; and credentials of the bucket that
 * `gitops.artifacts.s3` names.
 *
 * @public
 */
export const gitopsModuleAws = createBackendModule({
  pluginId: 'gitops',
  moduleId: 'aws',
  register(env) {
    env.registerInit({
      deps: {
        buckets: gitopsBucketExtensionPoint,
        config: coreServices.rootConfig,
        decryption: gitopsDecryptionExtensionPoint,
        registries: gitopsRegistryCredentialsExtensionPoint,
        targets: gitopsTargetsExtensionPoint,
      },
      async init({ buckets, config, decryption, registries, targets }) {
        const identity = new AwsIdentity({
          portalIdentity:
            config.getOptionalBoolean('gitops.aws.portalIdentity') ?? false,
        });
        buckets.addProvider(new AwsBucketProvider(identity));
        buckets.setArtifactCredentials(() => identity.portalCredentials());
        decryption.addProvider(new KmsKeyServiceProvider({ identity }));
        targets.addProvider(new EksAccessProvider({ identity }));
        registries.addSupplier(new EcrCredentialSupplier({ identity }));
      },
    });
  },
});
