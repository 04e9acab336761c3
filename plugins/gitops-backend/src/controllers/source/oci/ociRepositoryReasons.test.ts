// Servers: the sandbox's registry and its Kubernetes API. One case for each reason
// of an OCIRepository (Flux 2.9).
import { OCIRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { fillRegistry, OTHER } from './__testUtils__/fillRegistry';
import { conditionOf, fluxArtifact, OciWorld } from './__testUtils__/ociWorld';

jest.setTimeout(180_000);

type Spec = Omit<OCIRepositorySpec, 'interval'>;

interface Failure {
  spec: (url: string) => Partial<Spec>;
  reason: string;
  message: string | RegExp;
  condition?: string;
  stalled?: boolean;
}

const FAILURES: Record<string, Failure> = {
  'an address with a tag': {
    spec: url => ({ url: `${url}/app:v1` }),
    reason: 'URLInvalid',
    message:
      /^URL validation failed for 'oci:.*': it must not contain a tag; remove ':v1'$/,
    stalled: true,
  },
  'an address that is none': {
    spec: url => ({ url: `${url}/App` }),
    reason: 'URLInvalid',
    message: /^URL validation failed for /,
    stalled: true,
  },
  'no such Secret': {
    spec: url => ({ url: `${url}/app`, secretRef: { name: 'none' } }),
    reason: 'AuthenticationFailed',
    message:
      /^failed to get credential: failed to get secret 'default\/none': /,
  },
  'a Secret without registries': {
    spec: url => ({ url: `${url}/app`, secretRef: { name: 'opaque' } }),
    reason: 'AuthenticationFailed',
    message:
      /^failed to get credential: secret 'default\/opaque' holds no usable registry credentials/,
  },
  'no such ServiceAccount': {
    spec: url => ({ url: `${url}/app`, serviceAccountName: 'none' }),
    reason: 'AuthenticationFailed',
    message:
      "failed to get credential: serviceaccount 'default/none' not found",
  },
  'a ServiceAccount whose Secret is missing': {
    spec: url => ({ url: `${url}/app`, serviceAccountName: 'halved' }),
    reason: 'AuthenticationFailed',
    message:
      /^failed to get credential: failed to get image pull secret for serviceaccount 'default\/halved': secret 'default\/gone' not found/,
  },
  'no such Secret of the proxy': {
    spec: url => ({ url: `${url}/app`, proxySecretRef: { name: 'none' } }),
    reason: 'AuthenticationFailed',
    message: /^failed to get proxy address: secret 'default\/none' not found/,
  },
  'a Secret without a proxy': {
    spec: url => ({ url: `${url}/app`, proxySecretRef: { name: 'opaque' } }),
    reason: 'AuthenticationFailed',
    message:
      "failed to get proxy address: secret 'default/opaque': key 'address' not found",
  },
  'a Secret without certificates': {
    spec: url => ({ url: `${url}/app`, certSecretRef: { name: 'opaque' } }),
    reason: 'AuthenticationFailed',
    message:
      /^failed to generate transport for 'oci:.*': secret 'default\/opaque' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'$/,
  },
  'a cloud whose module is not installed': {
    spec: url => ({ url: `${url}/app`, provider: 'aws' }),
    reason: 'InvalidProviderConfiguration',
    message: /add the module gitops-backend-module-aws/,
    stalled: true,
  },
  'no version in the range': {
    spec: url => ({ url: `${url}/app`, ref: { semver: '>=9' } }),
    reason: 'ReadOperationFailed',
    message:
      /^failed to determine the artifact tag for 'oci:.*': no match found for semver: >=9$/,
  },
  'a range that is none': {
    spec: url => ({ url: `${url}/app`, ref: { semver: 'newest' } }),
    reason: 'ReadOperationFailed',
    message:
      /^failed to determine the artifact tag for 'oci:.*': semver 'newest' parse error: /,
  },
  'a filter that is none': {
    spec: url => ({
      url: `${url}/app`,
      ref: { semver: '1.x', semverFilter: '(?=a)' },
    }),
    reason: 'ReadOperationFailed',
    message: /semverFilter '\(\?=a\)' is no regular expression$/,
  },
  'no such repository': {
    spec: url => ({ url: `${url}/none`, ref: { semver: '*' } }),
    reason: 'ReadOperationFailed',
    message: /NAME_UNKNOWN/,
  },
  'no such tag': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'none' } }),
    reason: 'OCIArtifactPullFailed',
    message: /^failed to determine artifact digest: .*MANIFEST_UNKNOWN/,
  },
  'a tag that is none': {
    spec: url => ({ url: `${url}/app`, ref: { tag: '../other/manifests/v1' } }),
    reason: 'OCIArtifactPullFailed',
    message: /^failed to determine artifact digest: .* is no tag/,
  },
  'a digest that is none': {
    spec: url => ({ url: `${url}/app`, ref: { digest: 'sha256:0' } }),
    reason: 'OCIArtifactPullFailed',
    message: /^failed to determine artifact digest: 'sha256:0' is no digest/,
  },
  'no such digest': {
    spec: url => ({ url: `${url}/app`, ref: { digest: OTHER } }),
    reason: 'OCIArtifactPullFailed',
    message: /^failed to pull artifact from 'oci:.*MANIFEST_UNKNOWN/,
  },
  'an index without the platform': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'arm' } }),
    reason: 'OCIArtifactPullFailed',
    message: /has no image for linux\/amd64$/,
  },
  'an index of indexes': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'deep' } }),
    reason: 'OCIArtifactPullFailed',
    message: /leads from one index to another$/,
  },
  'no layers': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'empty' } }),
    reason: 'OCIArtifactLayerOperationFailed',
    message: 'no layers found in artifact',
  },
  'no layer of the media type': {
    spec: url => ({
      url: `${url}/app`,
      layerSelector: { mediaType: 'text/none' },
    }),
    reason: 'OCIArtifactLayerOperationFailed',
    message: "failed to find layer with media type 'text/none' in artifact",
  },
  'a layer that is no archive': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'text' } }),
    reason: 'OCIArtifactLayerOperationFailed',
    message: /^failed to extract layer contents from artifact: /,
  },
  'a layer that is larger than is allowed': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'huge' } }),
    reason: 'OCIArtifactLayerOperationFailed',
    message: /more than the 10485760 that are allowed$/,
  },
  'a layer that is missing': {
    spec: url => ({ url: `${url}/app`, ref: { tag: 'missing' } }),
    reason: 'OCIArtifactLayerOperationFailed',
    message: /BLOB_UNKNOWN/,
  },
  'no signature': {
    spec: url => ({
      url: `${url}/app`,
      verify: { provider: 'cosign', secretRef: { name: 'keys' } },
    }),
    reason: 'VerificationError',
    message:
      /^failed to verify the signature using provider 'cosign': no matching signatures were found for '.*@sha256:.*': the registry has no signature of it$/,
    condition: 'SourceVerified',
  },
  'signatures by other keys': {
    spec: url => ({
      url: `${url}/signed`,
      verify: { provider: 'cosign', secretRef: { name: 'other-keys' } },
    }),
    reason: 'VerificationError',
    message:
      /: no matching signatures were found for '.*': the signature is by another key$/,
    condition: 'SourceVerified',
  },
  'no Secret with keys': {
    spec: url => ({
      url: `${url}/signed`,
      verify: { provider: 'cosign', secretRef: { name: 'none' } },
    }),
    reason: 'VerificationError',
    message:
      /^failed to verify the signature using provider 'cosign': secret 'default\/none' not found/,
    condition: 'SourceVerified',
  },
  'a Secret without keys': {
    spec: url => ({
      url: `${url}/signed`,
      verify: { provider: 'cosign', secretRef: { name: 'opaque' } },
    }),
    reason: 'VerificationError',
    message: /secret 'default\/opaque' holds no public key/,
    condition: 'SourceVerified',
  },
  'somebody who may not sign': {
    spec: url => ({
      url: `${url}/signed`,
      verify: {
        provider: 'cosign',
        trustedRootSecretRef: { name: 'root' },
        matchOIDCIdentity: [{ issuer: '.*', subject: '^nobody$' }],
      },
    }),
    reason: 'VerificationError',
    message:
      /^failed to verify the signature using provider 'cosign keyless': no matching signatures were found for '.*': none of the expected identities matched/,
    condition: 'SourceVerified',
  },
  'no trusted root': {
    spec: url => ({ url: `${url}/signed`, verify: { provider: 'cosign' } }),
    reason: 'VerificationError',
    message: /spec.verify.trustedRootSecretRef$/,
    condition: 'SourceVerified',
  },
  'signatures of another tool': {
    spec: url => ({ url: `${url}/signed`, verify: { provider: 'notation' } }),
    reason: 'VerificationError',
    message:
      /^failed to verify the signature using provider 'notation': unsupported verification provider: notation/,
    condition: 'SourceVerified',
  },
};

describe('reasons of an OCIRepository', () => {
  const init = migratedDatabases();
  let world: World;
  let oci: OciWorld;
  let registry: SandboxRegistry;

  beforeAll(async () => {
    world = await World.start();
    oci = new OciWorld(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('ocirepositories.source.toolkit.fluxcd.io');
    registry = await startRegistry();
    await fillRegistry(registry, oci);
  });

  afterAll(async () => {
    await world?.stop();
    await registry?.stop();
  });

  const url = () => `oci://${registry.address}`;

  it.each(Object.entries(FAILURES))(
    'says what is wrong with %s',
    async (title, { spec, reason, message, condition, stalled }) => {
      const object = await oci.reconcile(
        title.toLowerCase().replace(/[^a-z]+/g, '-'),
        { url: '', ...spec(url()) },
      );
      const isVerified = condition === 'SourceVerified';
      const failure = conditionOf(object, condition ?? 'FetchFailed');
      expect(failure).toMatchObject({
        status: isVerified ? 'False' : 'True',
        reason,
      });
      expect(failure?.message).toMatch(message);
      expect(readyOf(object)).toMatchObject({
        status: 'False',
        reason,
        message: failure?.message,
      });
      expect(conditionOf(object, 'Stalled')?.status).toBe(
        stalled ? 'True' : undefined,
      );
      expect(object.status?.artifact).toBeUndefined();
    },
  );

  it('asks only for the digest while nothing changed', async () => {
    const spec: Spec = { url: `${url()}/same` };
    await registry.push(
      'same',
      await fluxArtifact({ a: 'a', 'left-out.jpg': '' }),
      'latest',
    );
    const first = await oci.reconcile('same', spec);
    const before = registry.requests.length;
    const second = await oci.reconcile('same', spec);
    expect(second.status?.artifact).toEqual(first.status?.artifact);
    expect(
      registry.requests
        .slice(before)
        .filter(({ repository }) => repository === 'same')
        .map(({ method, operation }) => `${method} ${operation}`),
    ).toEqual(['HEAD manifest']);
    const third = await oci.reconcile('same', {
      ...spec,
      layerSelector: { operation: 'copy' },
    });
    expect(third.status?.artifact?.revision).toBe(
      first.status?.artifact?.revision,
    );
    expect(third.status?.artifact?.digest).not.toBe(
      first.status?.artifact?.digest,
    );
  });

  it('recovers, and says so', async () => {
    const spec: Spec = { url: `${url()}/later` };
    const failed = await oci.reconcile('later', spec);
    expect(readyOf(failed)?.reason).toBe('OCIArtifactPullFailed');
    await registry.push('later', await fluxArtifact({ a: 'a' }), 'latest');
    const object = await oci.reconcile('later', spec);
    expect(readyOf(object)?.status).toBe('True');
    expect(conditionOf(object, 'FetchFailed')).toBeUndefined();
  });
});
