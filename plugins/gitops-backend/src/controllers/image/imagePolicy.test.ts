// Servers: the sandbox's Kubernetes API and its registry.
import { ImagePolicySpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import { ImageScene } from './__testUtils__/ImageScene';

jest.setTimeout(240_000);

const SEMVER = { semver: { range: '>=1.0.0' } };

describe('the latest tag of an image', () => {
  const init = migratedDatabases();
  let scene: ImageScene;

  beforeAll(async () => {
    scene = await ImageScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  it('is chosen when a scan finds it', async () => {
    await scene.push('game', 'v1.0.0', 'latest');
    await scene.scan('game');
    const first = await scene.choose('game', { policy: SEMVER });
    expect(first.status?.latestRef).toEqual({
      name: scene.imageOf('game'),
      tag: 'v1.0.0',
    });
    await scene.push('game', 'v2.0.0');
    await scene.scan('game');
    const second = await scene.untilChosen('game', 'v2.0.0');
    expect(second.status?.observedPreviousRef?.tag).toBe('v1.0.0');
    expect(readyOf(second)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: `Latest image tag for ${scene.imageOf('game')} resolved to v2.0.0 (previously ${scene.imageOf('game')}:v1.0.0)`,
    });
    expect((await scene.world.eventsOf(second)).join('\n')).toContain(
      'resolved to v2.0.0',
    );
  });

  it('is waited for until the image is scanned', async () => {
    await scene.push('later', 'v1.0.0');
    const before = await scene.choose('later', { policy: SEMVER });
    expect(readyOf(before)).toMatchObject({
      reason: 'DependencyNotReady',
      message:
        "failed to get the referred ImageRepository: referenced ImageRepository does not exist: ImageRepository 'default/later' not found",
    });
    await scene.scan('later');
    await scene.untilChosen('later', 'v1.0.0');
  });

  it('has its digest: once, or whatever it is now', async () => {
    const old = await scene.push('digests', 'v1.0.0');
    await scene.scan('digests');
    const once = await scene.choose('digests', {
      policy: SEMVER,
      digestReflectionPolicy: 'IfNotPresent',
    });
    expect(once.status?.latestRef?.digest).toBe(old);
    const { registry } = scene.world.sandbox;
    const moved = await registry.push('digests', {
      layers: [{ mediaType: 'text/plain', content: Buffer.from('other') }],
    });
    registry.tag('digests', moved, 'v1.0.0');
    const still = await scene.choose('digests', {
      policy: SEMVER,
      digestReflectionPolicy: 'IfNotPresent',
    });
    expect(still.status?.latestRef?.digest).toBe(old);
    const now = await scene.choose('digests', {
      policy: SEMVER,
      digestReflectionPolicy: 'Always',
      interval: '1h',
    });
    expect(now.status?.latestRef?.digest).toBe(moved);
    expect(readyOf(now)?.message).toBe(
      `Latest image tag for ${scene.imageOf('digests')} resolved to v1.0.0 with digest ${moved} (previously ${scene.imageOf('digests')}:v1.0.0@${old})`,
    );
    const never = await scene.choose('digests', {
      policy: SEMVER,
      digestReflectionPolicy: 'Never',
    });
    expect(never.status?.latestRef?.digest).toBeUndefined();
  });

  it('may be that of another namespace, where that lets it in', async () => {
    await scene.world.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'images', labels: {} },
    });
    await scene.push('shared', 'v1.0.0');
    await scene.scan('shared', {}, 'images');
    const policy = {
      policy: SEMVER,
      imageRepositoryRef: { name: 'shared', namespace: 'images' },
    };
    const denied = await scene.choose('shared', policy);
    expect(readyOf(denied)).toMatchObject({
      reason: 'AccessDenied',
      message:
        "failed to get the referred ImageRepository: access denied: 'images/shared' can't be accessed due to missing ACL labels on 'accessFrom'",
    });
    const matchLabels = { 'kubernetes.io/metadata.name': 'default' };
    await scene.scan(
      'shared',
      { accessFrom: { namespaceSelectors: [{ matchLabels }] } },
      'images',
    );
    const allowed = await scene.choose('shared', policy);
    expect(allowed.status?.latestRef?.tag).toBe('v1.0.0');
  });

  it.each<
    [string, Pick<ImagePolicySpec, 'policy' | 'filterTags'>, string, RegExp]
  >([
    [
      'a bad range',
      { policy: { semver: { range: 'one' } } },
      'InvalidPolicy',
      /^invalid policy: spec.policy.semver.range 'one'/,
    ],
    [
      'a bad pattern',
      { policy: SEMVER, filterTags: { pattern: '(' } },
      'InvalidPolicy',
      /invalid regular expression pattern '\('/,
    ],
    [
      'a filter that nothing passes',
      { policy: SEMVER, filterTags: { pattern: '^x' } },
      'Failed',
      /version list argument cannot be empty/,
    ],
    [
      'numbers that are none',
      { policy: { numerical: {} } },
      'Failed',
      /failed to parse invalid numeric value 'v1.0.0'/,
    ],
  ])('is none: %s', async (_, spec, reason, message) => {
    await scene.push('wrong', 'v1.0.0');
    await scene.scan('wrong');
    const object = await scene.choose('wrong', spec);
    expect(readyOf(object)).toMatchObject({ status: 'False', reason });
    expect(readyOf(object)?.message).toMatch(message);
  });
});
