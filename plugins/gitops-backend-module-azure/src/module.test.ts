import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  RegistryCredentialSupplier,
  SopsKeyServiceProvider,
} from '@backstage-gitops/plugin-gitops-node';
import gitopsModuleAzure from './index';

describe('gitopsModuleAzure', () => {
  it('adds what it has', async () => {
    const providers: BucketProvider[] = [];
    const suppliers: RegistryCredentialSupplier[] = [];
    const keyServices: SopsKeyServiceProvider[] = [];
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
    await backend.stop();
  });
});
