// Servers: the sandbox's Kubernetes API, and its Git server, which is a real git
// http-backend.
import { migratedDatabases } from '../../../__testUtils__/databases';
import { AutomationScene, deployment } from '../__testUtils__/AutomationScene';

jest.setTimeout(240_000);

describe('the preview of an automation', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;

  beforeAll(async () => {
    scene = await AutomationScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  it('shows the commit that a run would push, and pushes none', async () => {
    await scene.repository('game', {
      'app.yaml': deployment('game', 'game:v1'),
      'broken.yaml': 'a: [ # {"$imagepolicy": "default:game"}\n',
    });
    const automation = await scene.run('game', { spec: { suspend: false } });
    await scene.world.apply({
      ...automation,
      metadata: { name: 'game', namespace: 'default' },
      spec: { ...automation.spec, suspend: true },
    });
    await scene.chosen('game', { name: 'game', tag: 'v2' });
    const [portal] = scene.world.running;
    const signal = new AbortController().signal;
    const [home] = portal.homes.list();
    const previews = await portal.preview.preview(home, automation, signal);
    expect(previews).toEqual([
      {
        branch: 'main',
        revision: automation.status?.observedSourceRevision,
        message: 'Update from image update automation',
        files: [
          {
            path: 'app.yaml',
            before: deployment('game', 'game:v1'),
            after: deployment('game', 'game:v2'),
            changes: [
              expect.objectContaining({
                ...{ file: 'app.yaml', line: 11, setter: 'default:game' },
                ...{ oldValue: 'game:v1', newValue: 'game:v2' },
              }),
            ],
          },
        ],
        unreadable: [{ path: 'broken.yaml', reason: expect.any(String) }],
      },
    ]);
    expect(scene.git('game', 'rev-list', '--count', 'main').trim()).toBe('1');

    // With pull requests for each policy, there is a branch for each.
    const annotations = { 'backstage-gitops.io/pull-request': 'policy' };
    const [proposed] = await portal.preview.preview(
      home,
      { ...automation, metadata: { ...automation.metadata, annotations } },
      signal,
    );
    expect(proposed).toMatchObject({
      branch: 'image-updates/default/game-game',
      files: [{ path: 'app.yaml' }],
    });
  });
});
