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
import gitopsModuleAzure from './index';

describe('gitopsModuleAzure', () => {
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
        gitopsModuleAzure,
        mockServices.rootConfig.factory({ data: {} }),
      ],
    });
    expect(providers.map(({ provider }) => provider)).toEqual(['azure']);
    expect(suppliers.map(({ provider }) => provider)).toEqual(['azure']);
    expect(keyServices.map(({ type }) => type)).toEqual(['azure_kv']);
    expect(targets.map(({ provider }) => provider)).toEqual(['azure']);
    expect(identities.map(({ cloud }) => cloud)).toEqual(['azure']);
    await backend.stop();
  });
});
