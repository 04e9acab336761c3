import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  BucketProvider,
  ClusterAccessProvider,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsTargetsExtensionPoint,
  RegistryCredentialSupplier,
  S3CredentialSource,
  SopsKeyServiceProvider,
} from '@backstage-gitops/plugin-gitops-node';
import gitopsModuleAws from './index';

describe('gitopsModuleAws', () => {
  it('adds what it has', async () => {
    const providers: BucketProvider[] = [];
    const suppliers: RegistryCredentialSupplier[] = [];
    const targets: ClusterAccessProvider[] = [];
    const keyServices: SopsKeyServiceProvider[] = [];
    const credentials: S3CredentialSource[] = [];
    const backend = await startTestBackend({
      extensionPoints: [
        [
          gitopsBucketExtensionPoint,
          {
            addProvider: (provider: BucketProvider) => providers.push(provider),
            setArtifactCredentials: source => credentials.push(source),
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
        gitopsModuleAws,
        mockServices.rootConfig.factory({ data: {} }),
      ],
    });
    expect(providers.map(({ provider }) => provider)).toEqual(['aws']);
    expect(suppliers.map(({ provider }) => provider)).toEqual(['aws']);
    expect(keyServices.map(({ type }) => type)).toEqual(['kms']);
    expect(credentials).toHaveLength(1);
    expect(targets.map(({ provider }) => provider)).toEqual(['aws']);
    await backend.stop();
  });
});
