import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  ClusterAccessProvider,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsNotificationsExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsTargetsExtensionPoint,
  NotificationIdentity,
  RegistryCredentialSupplier,
  SopsKeyServiceProvider,
} from '@backstage-gitops/plugin-gitops-node';
import gitopsModuleGcp from './index';

describe('gitopsModuleGcp', () => {
  it('adds what it has', async () => {
    const providers: BucketProvider[] = [];
    const suppliers: RegistryCredentialSupplier[] = [];
    const targets: ClusterAccessProvider[] = [];
    const keyServices: SopsKeyServiceProvider[] = [];
    const identities: NotificationIdentity[] = [];
    const backend = await startTestBackend({
      extensionPoints: [
        [
          gitopsBucketExtensionPoint,
          {
            addProvider: (provider: BucketProvider) => providers.push(provider),
            setArtifactCredentials: () => {},
          },
        ],
        [
          gitopsDecryptionExtensionPoint,
          {
            addProvider: (provider: SopsKeyServiceProvider) =>
              keyServices.push(provider),
          },
        ],
        [
          gitopsTargetsExtensionPoint,
          {
            addProvider: (provider: ClusterAccessProvider) =>
              targets.push(provider),
          },
        ],
        [
          gitopsNotificationsExtensionPoint,
          {
            addType: () => {},
            addIdentity: (identity: NotificationIdentity) =>
              identities.push(identity),
          },
        ],
        [
          gitopsRegistryCredentialsExtensionPoint,
          { addSupplier: supplier => suppliers.push(supplier) },
        ],
      ],
      features: [
        gitopsModuleGcp,
        mockServices.rootConfig.factory({ data: {} }),
      ],
    });
    expect(providers.map(({ provider }) => provider)).toEqual(['gcp']);
    expect(suppliers.map(({ provider }) => provider)).toEqual(['gcp']);
    expect(keyServices.map(({ type }) => type)).toEqual(['gcp_kms']);
    expect(targets.map(({ provider }) => provider)).toEqual(['gcp']);
    expect(identities.map(({ cloud }) => cloud)).toEqual(['gcp']);
    await backend.stop();
  });
});
