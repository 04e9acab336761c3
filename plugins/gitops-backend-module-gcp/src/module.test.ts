import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  RegistryCredentialSupplier,
  SopsKeyServiceProvider,
} from '@backstage-gitops/plugin-gitops-node';
import gitopsModuleGcp from './index';

describe('gitopsModuleGcp', () => {
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
        gitopsModuleGcp,
        mockServices.rootConfig.factory({ data: {} }),
      ],
    });
    expect(providers.map(({ provider }) => provider)).toEqual(['gcp']);
    expect(suppliers.map(({ provider }) => provider)).toEqual(['gcp']);
    expect(keyServices.map(({ type }) => type)).toEqual(['gcp_kms']);
    await backend.stop();
  });
});
