import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  ArtifactTooLargeError,
  gitopsArtifactStoreExtensionPoint,
  gitopsClusterCredentialsExtensionPoint,
} from './index';

describe('extension points', () => {
  it('have ids of the gitops plugin that differ', () => {
    expect(gitopsArtifactStoreExtensionPoint.id).toBe('gitops.artifact-store');
    expect(gitopsClusterCredentialsExtensionPoint.id).toBe(
      'gitops.cluster-credentials',
    );
  });
});

describe('errors of the artifact store', () => {
  it.each([
    [new ArtifactNotFoundError('sha256:ab'), 'GITOPS_ARTIFACT_NOT_FOUND'],
    [
      new ArtifactCorruptError('sha256:ab', 'sha256:cd'),
      'GITOPS_ARTIFACT_CORRUPT',
    ],
    [new ArtifactTooLargeError(10), 'GITOPS_ARTIFACT_TOO_LARGE'],
  ])('%s has a stable code and says what to do', (error, code) => {
    expect(error.code).toBe(code);
    expect(error.name).toBe(error.constructor.name);
    expect(error.message).toMatch(/reconcile|raise/);
  });
});
