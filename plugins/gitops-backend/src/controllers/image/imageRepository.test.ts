// Servers: the sandbox's Kubernetes API and its registry.
import { ImageRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import { ImageScene } from './__testUtils__/ImageScene';

jest.setTimeout(240_000);

describe('an image that is scanned', () => {
  const init = migratedDatabases();
  let scene: ImageScene;

  beforeAll(async () => {
    scene = await ImageScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  it('has its tags in the status, but for those that are excluded', async () => {
    await scene.push('game', 'v1.0.0', 'v1.1.0', 'latest', 'sha256-ab.sig');
    const first = await scene.scan('game');
    expect(first.status).toMatchObject({
      canonicalImageName: scene.imageOf('game'),
      observedExclusionList: ['^.*\\.sig$'],
      observedGeneration: 1,
      lastScanResult: {
        tagCount: 3,
        latestTags: ['v1.1.0', 'v1.0.0', 'latest'],
        // Adler-32 of ["v1.1.0","v1.0.0","latest"], by Go's hash/adler32.
        revision: '1594165041',
      },
    });
    expect(readyOf(first)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'successful scan: found 3 tags with checksum 1594165041',
    });
    const again = await scene.scan('game', { exclusionList: ['^v1\\.0'] });
    expect(again.status?.lastScanResult?.latestTags).toEqual([
      'v1.1.0',
      'sha256-ab.sig',
      'latest',
    ]);
    expect(again.status?.observedExclusionList).toEqual(['^v1\\.0']);
  });

  it('is scanned again at its interval, and told once if nothing changed', async () => {
    await scene.push('often', 'v1');
    const first = await scene.scan('often', { interval: '1s' });
    await scene.push('often', 'v2');
    const second = await scene.world.until<typeof first>(
      {
        apiVersion: first.apiVersion,
        kind: first.kind,
        namespace: 'default',
        name: 'often',
      },
      found => found?.status?.lastScanResult?.tagCount === 2,
    );
    const events = await scene.world.eventsOf(second);
    expect(
      events.filter(event => event.startsWith('Succeeded: successful scan')),
    ).toHaveLength(2);
    await scene.scan('often', { interval: '1h' });
  });

  it('has nobody that it waits for when it is deleted', async () => {
    await scene.push('gone', 'v1');
    const object = await scene.scan('gone');
    expect(object.metadata.finalizers).toBeUndefined();
  });

  it.each<[string, Partial<ImageRepositorySpec>, string, RegExp]>([
    [
      'a scheme',
      { image: 'oci://registry.example/game' },
      'ImageURLInvalid',
      /image 'oci:\/\/registry.example\/game' should not include URL scheme; remove 'oci:\/\/'/,
    ],
    [
      'a tag',
      { image: 'registry.example:5000/game:v1' },
      'ImageURLInvalid',
      /should not include a tag; remove ':v1'/,
    ],
    [
      'a tag and no registry',
      { image: 'game:v1' },
      'ImageURLInvalid',
      /should not include a tag; remove ':v1'/,
    ],
    ['no name', { image: 'registry.example/' }, 'ImageURLInvalid', /1 to 255/],
    [
      'a bad pattern',
      { exclusionList: ['('] },
      'ReadOperationFailed',
      /scan failed: failed to compile regex \(: .*correct spec.exclusionList/,
    ],
    [
      'no such repository',
      {},
      'ReadOperationFailed',
      /^scan failed: .*none-such/,
    ],
    [
      'no such Secret',
      { secretRef: { name: 'none' } },
      'AuthenticationFailed',
      /^failed to configure authentication options: .*none/,
    ],
    [
      'a cloud without its module',
      { provider: 'aws' },
      'InvalidProviderConfiguration',
      /add the module gitops-backend-module-aws/,
    ],
  ])('cannot be: %s', async (_, spec, reason, message) => {
    const name = 'none-such';
    const object = await scene.scan(name, spec);
    expect(readyOf(object)).toMatchObject({ status: 'False', reason });
    expect(readyOf(object)?.message).toMatch(message);
    expect(await scene.world.eventsOf(object)).toContain(
      `${reason}: ${readyOf(object)?.message}`,
    );
  });
});

describe('an image of a hundred thousand tags', () => {
  const init = migratedDatabases();
  let scene: ImageScene;

  beforeAll(async () => {
    scene = await ImageScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  it('is scanned, and its tags are chosen from', async () => {
    const tags = Array.from(
      { length: 100_000 },
      (_, n) => `tag-${String(n).padStart(6, '0')}`,
    );
    await scene.push('many', ...tags);
    const object = await scene.scan('many');
    expect(object.status?.lastScanResult).toMatchObject({
      tagCount: 100_000,
      // By Go's hash/adler32 of the same list.
      revision: '2758528322',
      latestTags: tags.slice(-10).reverse(),
    });
    const policy = await scene.choose('many', {
      policy: { numerical: { order: 'desc' } },
      filterTags: { pattern: '^tag-(?P<n>[0-9]+)$', extract: '$n' },
    });
    expect(policy.status?.latestRef?.tag).toBe('tag-000000');
  });
});
