import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  ClusterAccessProvider,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsTargetsExtensionPoint,
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
    await backend.stop();
  });
});
