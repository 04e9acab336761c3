// Servers: the sandbox's registry and its Kubernetes API; signatures of cosign 3.1.
import { OCIRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import fixture from '../../../registries/cosign/__fixtures__/signatures.json';
import { fillRegistry, SIGNED } from './__testUtils__/fillRegistry';
import { conditionOf, fluxArtifact, OciWorld } from './__testUtils__/ociWorld';

jest.setTimeout(180_000);

type Spec = Omit<OCIRepositorySpec, 'interval'>;

describe('signatures of an OCIRepository', () => {
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

  const copied: Partial<Spec> = { layerSelector: { operation: 'copy' } };

  it.each(['signed', 'signed-before'])(
    'verifies %s by key and without one',
    async repository => {
      const message = `verified signature of revision latest@${fixture.digest}`;
      const byKey = await oci.reconcile(`${repository}-by-key`, {
        url: `${url()}/${repository}`,
        verify: { provider: 'cosign', secretRef: { name: 'keys' } },
        ...copied,
      });
      expect(conditionOf(byKey, 'SourceVerified')).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message,
      });
      expect(readyOf(byKey)?.status).toBe('True');
      const keyless = await oci.reconcile(`${repository}-keyless`, {
        url: `${url()}/${repository}`,
        verify: {
          provider: 'cosign',
          trustedRootSecretRef: { name: 'root' },
          matchOIDCIdentity: [{ issuer: 'issuer', subject: '^https://git' }],
        },
        ...copied,
      });
      expect(conditionOf(keyless, 'SourceVerified')).toMatchObject({
        status: 'True',
        message,
      });
    },
  );

  it('finds bundles by tag where the registry has no list of referrers', async () => {
    const older = await startRegistry({ referrersApi: false });
    try {
      const { bundle } = fixture.keys.ecdsa;
      await older.push('signed', SIGNED, 'latest');
      const digest = await older.push('signed', {
        artifactType: bundle.mediaType,
        layers: [
          {
            mediaType: bundle.mediaType,
            content: Buffer.from(JSON.stringify(bundle)),
          },
        ],
      });
      await older.pushManifest(
        'signed',
        {
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          manifests: [
            {
              mediaType: 'application/vnd.oci.image.manifest.v1+json',
              ...{ digest, size: older.manifest('signed', digest).length },
              artifactType: bundle.mediaType,
            },
          ],
        },
        { tag: fixture.digest.replace(':', '-') },
      );
      const object = await oci.reconcile('by-tag', {
        url: `oci://${older.address}/signed`,
        verify: { provider: 'cosign', secretRef: { name: 'keys' } },
        ...copied,
      });
      expect(conditionOf(object, 'SourceVerified')?.status).toBe('True');
    } finally {
      await older.stop();
    }
  });

  it('keeps the artifact while the next one is not signed', async () => {
    const spec: Spec = {
      url: `${url()}/next`,
      verify: { provider: 'cosign', secretRef: { name: 'keys' } },
      ...copied,
    };
    const { bundle } = fixture.keys.ecdsa;
    await registry.push('next', SIGNED, 'latest');
    await registry.push('next', {
      artifactType: bundle.mediaType,
      subject: fixture.digest,
      layers: [
        {
          mediaType: bundle.mediaType,
          content: Buffer.from(JSON.stringify(bundle)),
        },
      ],
    });
    const first = await oci.reconcile('next', spec);
    expect(readyOf(first)?.status).toBe('True');
    const digest = await registry.push(
      'next',
      await fluxArtifact({ b: 'b' }),
      'latest',
    );
    const second = await oci.reconcile('next', spec);
    expect(second.status?.artifact).toEqual(first.status?.artifact);
    expect(conditionOf(second, 'SourceVerified')?.status).toBe('False');
    expect(readyOf(second)?.reason).toBe('VerificationError');
    expect(conditionOf(second, 'ArtifactOutdated')).toMatchObject({
      status: 'True',
      reason: 'NewRevision',
      message: `new revision 'latest@${digest}' for '${registry.address}/next:latest'`,
    });
    const third = await oci.reconcile('next', { ...spec, verify: undefined });
    expect(third.status?.artifact?.revision).toBe(`latest@${digest}`);
    expect(conditionOf(third, 'SourceVerified')).toBeUndefined();
  });
});
