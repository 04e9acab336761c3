import { PushedImage, SandboxRegistry } from '@backstage-gitops/sandbox';
import fixture from '../../../../registries/cosign/__fixtures__/signatures.json';
import { FLUX_LAYER, fluxArtifact, OciWorld } from './ociWorld';

/** A digest of nothing. */
export const OTHER = `sha256:${'0'.repeat(64)}`;

/** The image of which there are signatures of cosign. */
export const SIGNED: PushedImage = {
  layers: [{ mediaType: 'text/plain', content: Buffer.from('signed') }],
};

/** Artifacts, signatures and Secrets, whole ones and others. */
export async function fillRegistry(
  registry: SandboxRegistry,
  oci: OciWorld,
): Promise<void> {
  const { keys, keyless } = fixture;
  const image = await fluxArtifact({ a: 'a' });
  const digest = await registry.push('app', image, 'latest');
  registry.tag('app', digest, '1.0.0');
  const layer = (content: Buffer) => ({
    layers: [{ mediaType: FLUX_LAYER, content }],
  });
  await registry.push('app', { layers: [] }, 'empty');
  await registry.push('app', layer(Buffer.from('text')), 'text');
  await registry.push('app', layer(Buffer.alloc(10 * 1024 ** 2 + 1)), 'huge');
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...{ digest, size: registry.manifest('app', digest).length },
  };
  const index = (entry: object) => ({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [entry],
  });
  const arm = { os: 'linux', architecture: 'arm64' };
  const inner = await registry.pushManifest(
    'app',
    index({ ...descriptor, platform: arm }),
    { tag: 'arm' },
  );
  await registry.pushManifest('app', index({ ...descriptor, digest: inner }), {
    tag: 'deep',
  });
  await registry.pushManifest(
    'app',
    {
      schemaVersion: 2,
      mediaType: descriptor.mediaType,
      layers: [{ mediaType: FLUX_LAYER, digest: OTHER, size: 1 }],
    },
    { tag: 'missing' },
  );
  await registry.push('signed', SIGNED, 'latest');
  for (const bundle of [keys.ecdsa.bundle, keyless.bundle]) {
    await registry.push('signed', {
      artifactType: bundle.mediaType,
      subject: fixture.digest,
      layers: [
        {
          mediaType: bundle.mediaType,
          content: Buffer.from(JSON.stringify(bundle)),
        },
      ],
    });
  }
  await registry.push('signed-before', SIGNED, 'latest');
  await registry.push(
    'signed-before',
    {
      layers: [keys.ecdsa.simple, keyless.simple].map(
        ({ payload, annotations }) => ({
          mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
          content: Buffer.from(payload, 'base64'),
          annotations,
        }),
      ),
    },
    `${fixture.digest.replace(':', '-')}.sig`,
  );
  await oci.secret('opaque', { some: 'thing' });
  await oci.secret('keys', { 'a.pub': keys.ecdsa.publicKey });
  await oci.secret('other-keys', {
    'a.pub': keys.rsa.publicKey,
    'b.pub': keys.ed25519.publicKey,
  });
  await oci.secret('root', {
    'trusted_root.json': JSON.stringify(keyless.trustedRoot),
  });
  await oci.world.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'halved', namespace: 'default' },
    imagePullSecrets: [{ name: 'gone' }],
  });
}
