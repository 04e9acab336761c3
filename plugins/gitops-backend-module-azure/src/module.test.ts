import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  gitopsBucketExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  RegistryCredentialSupplier,
} from '@backstage-gitops/plugin-gitops-node';
import gitopsModuleAzure from './index';

describe('gitopsModuleAzure', () => {
  it('adds what it has', async () => {
    const providers: BucketProvider[] = [];
    const suppliers: RegistryCredentialSupplier[] = [];
    const backend = await startTestBackend({
      extensionPoints: [
        [
          gitopsBucketExtensionPoint,
          {
            addProvider: provider => providers.push(provider),
            setArtifactCredentials: () => {},
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
    await backend.stop();
  });
});
