// Servers: the sandbox's registry, some that answer as no registry does, and the
// sandbox's Kubernetes API. One case for each reason of an OCIRepository (Flux 2.9).
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import {
  OCIRepository,
  OCIRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import {
  PushedImage,
  SandboxRegistry,
  startRegistry,
} from '@backstage-gitops/sandbox';
import { Headers, pack } from 'tar-stream';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import fixture from '../../../registries/cosign/__fixtures__/signatures.json';
import {
  conditionOf,
  FLUX_LAYER,
  fluxArtifact,
  OciWorld,
  packFiles,
} from './__testUtils__/ociWorld';

jest.setTimeout(180_000);

type Spec = Omit<OCIRepositorySpec, 'interval'>;

interface Failure {
  spec: (url: string) => Partial<Spec>;
  reason: string;
  message: string | RegExp;
  condition?: string;
  stalled?: boolean;
}

const OTHER = `sha256:${'0'.repeat(64)}`;
/** The image of which there are signatures of cosign. */
const SIGNED: PushedImage = {
  layers: [{ mediaType: 'text/plain', content: Buffer.from('signed') }],
};

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
    await fill();
  });

  afterAll(async () => {
    await world?.stop();
    await registry?.stop();
  });

  const url = () => `oci://${registry.address}`;

  async function fill(): Promise<void> {
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
    await registry.pushManifest(
      'app',
      index({ ...descriptor, digest: inner }),
      { tag: 'deep' },
    );
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
    await world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'halved', namespace: 'default' },
      imagePullSecrets: [{ name: 'gone' }],
    });
  }

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

  describe('with layers that mean no good', () => {
    const fetchLayer = async (name: string, content: Buffer) => {
      await registry.push(
        name,
        { layers: [{ mediaType: FLUX_LAYER, content }] },
        'latest',
      );
      return oci.reconcile(name, { url: `${url()}/${name}` });
    };
    const tarOf = async (...entries: (Headers & { content?: string })[]) => {
      const tar = pack();
      for (const { content = '', ...header } of entries) {
        tar.entry(header, content);
      }
      tar.finalize();
      return gzipSync(await buffer(tar as unknown as Readable));
    };

    it.each<[string, () => Promise<Buffer>, string]>([
      ['parent', () => tarOf({ name: '../../a' }), 'leaves its folder'],
      ['absolute', () => tarOf({ name: '/etc/a' }), 'leaves its folder'],
      ['drive', () => tarOf({ name: 'C:\\a' }), 'leaves its folder'],
      ['backslash', () => tarOf({ name: 'a\\..\\..\\b' }), 'leaves its folder'],
      [
        'both',
        () => packFiles({ 'a/b': 'b', a: 'a' }),
        "'a' is a file and a folder",
      ],
      [
        'truncated',
        async () => (await packFiles({ a: 'a'.repeat(999) })).subarray(0, 60),
        'unexpected end of file',
      ],
      [
        'bomb',
        async () => gzipSync(Buffer.alloc(64 * 1024 ** 2)),
        'failed to extract layer contents',
      ],
      [
        'large',
        async () => packFiles({ a: '0'.repeat(10 * 1024 ** 2 + 1) }),
        "'a' is larger than 10485760 bytes",
      ],
      [
        'many',
        async () =>
          packFiles(
            Object.fromEntries(
              Array.from({ length: 10_001 }, (_, index) => [`f${index}`, '']),
            ),
          ),
        'more than 10000 entries',
      ],
    ])('refuses them whole (%s)', async (name, content, problem) => {
      const object = await fetchLayer(`hostile-${name}`, await content());
      expect(readyOf(object)).toMatchObject({
        reason: 'OCIArtifactLayerOperationFailed',
        message: expect.stringContaining(problem),
      });
      expect(object.status?.artifact).toBeUndefined();
    });

    it('passes links and devices over', async () => {
      const object = await fetchLayer(
        'links',
        await tarOf(
          { name: 'root', type: 'symlink', linkname: '/' },
          { name: 'a', type: 'symlink', linkname: 'root' },
          { name: 'hard', type: 'link', linkname: '/etc/passwd' },
          { name: 'device', type: 'character-device' },
          { name: 'a/etc/x', content: 'x' },
          { name: 'same', content: 'first' },
          { name: 'same', content: 'second' },
        ),
      );
      expect(await oci.filesOf(object.status?.artifact)).toEqual({
        'a/etc/x': 'x',
        same: 'second',
      });
    });
  });

  it('does not wait without end', async () => {
    await registry.push('slow', SIGNED, 'latest');
    const stop = registry.faults.inject({
      match: ({ repository }) => repository === 'slow',
      hang: true,
    });
    const object = await oci.reconcile('slow', {
      url: `${url()}/slow`,
      timeout: '300ms',
    });
    stop();
    expect(readyOf(object)).toMatchObject({
      reason: 'OCIArtifactPullFailed',
      message:
        'failed to determine artifact digest: no answer within spec.timeout (300ms)',
    });
  });

  describe('by servers that are no registry', () => {
    let server: Server;
    let answer: { status: number; body: string; headers?: object };

    beforeAll(async () => {
      server = createServer((_, response) => {
        response.writeHead(answer.status, { ...answer.headers });
        response.end(answer.body);
      });
      await new Promise<void>(resolve => {
        server.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    const reconcile = (name: string): Promise<OCIRepository> => {
      const { port } = server.address() as AddressInfo;
      return oci.reconcile(name, { url: `oci://127.0.0.1:${port}/app` });
    };

    it('says that a page is no manifest', async () => {
      answer = { status: 200, body: '<html>' };
      expect(readyOf(await reconcile('page'))).toMatchObject({
        reason: 'OCIArtifactPullFailed',
        message: 'failed to determine artifact digest: the manifest is no JSON',
      });
    });

    it('does not send credentials to a token service elsewhere', async () => {
      let asked = false;
      const elsewhere = createServer((_, response) => {
        asked = true;
        response.end('{"token":"x"}');
      });
      await new Promise<void>(resolve => {
        elsewhere.listen(0, '127.0.0.1', resolve);
      });
      const { port } = elsewhere.address() as AddressInfo;
      answer = {
        status: 401,
        body: '',
        headers: {
          'www-authenticate': `Bearer realm="http://localhost:${port}/token"`,
        },
      };
      const { port: own } = server.address() as AddressInfo;
      await oci.pullSecret('for-this-one', {
        [`127.0.0.1:${own}`]: { username: 'u', password: 'hunter2' },
      });
      const object = await oci.reconcile('realm', {
        url: `oci://127.0.0.1:${own}/app`,
        secretRef: { name: 'for-this-one' },
      });
      expect(readyOf(object)?.message).toMatch(
        /sends to localhost:[0-9]+ for a token, which does not belong to it; the credentials were not sent there$/,
      );
      expect(asked).toBe(false);
      expect(JSON.stringify(object)).not.toContain('hunter2');
      elsewhere.close();
    });
  });
});
