// Servers: the sandbox's Kubernetes API, and its Git server, which is a real git
// http-backend.
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import {
  AutomationScene,
  automationSpec,
  deployment,
} from './__testUtils__/AutomationScene';

jest.setTimeout(240_000);

describe('an automation', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;

  beforeAll(async () => {
    scene = await AutomationScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  it('commits the image that a policy chose, and nothing else', async () => {
    await scene.repository('game', {
      'apps/game.yaml': deployment('game', 'game:v1'),
      'apps/other.yaml': 'kind: Other # {"$imagepolicy": "default:unknown"}\n',
      'README.md': 'image: game:v1 # {"$imagepolicy": "default:game"}\n',
    });
    await scene.chosen('game', { name: 'game', tag: 'v2' });
    const automation = await scene.run('game');

    const tip = scene.git('game', 'rev-parse', 'main').trim();
    expect(scene.read('game', 'apps/game.yaml')).toBe(
      deployment('game', 'game:v2'),
    );
    expect(scene.git('game', 'diff', '--name-only', 'main~1', 'main')).toBe(
      'apps/game.yaml\n',
    );
    expect(
      scene.git('game', 'log', '-1', '--format=%an <%ae> %cn%n%B', 'main'),
    ).toBe(
      'Flux <flux@example.com> Flux\nUpdate from image update automation\n\n',
    );
    expect(automation.status).toMatchObject({
      observedGeneration: automation.metadata.generation,
      lastPushCommit: tip,
      lastPushTime: expect.any(String),
      lastAutomationRunTime: expect.any(String),
      observedSourceRevision: `main@sha1:${tip}`,
      observedPolicies: { game: { name: 'game', tag: 'v2' } },
    });
    expect(readyOf(automation)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'repository up-to-date',
    });
    expect(await scene.world.eventsOf(automation)).toEqual([
      `Succeeded: pushed commit '${tip.slice(0, 7)}' to branch 'main'\nUpdate from image update automation`,
    ]);
    const [portal] = scene.world.running;
    const id =
      'demo/image.toolkit.fluxcd.io/ImageUpdateAutomation/default/game';
    expect(await portal.pushes.list(id, { limit: 9 })).toEqual([
      expect.objectContaining({
        ...{ commit: tip, branch: 'main' },
        source: { namespace: 'default', name: 'game' },
        changes: [
          {
            file: 'apps/game.yaml',
            line: 11,
            setter: 'default:game',
            ...{ oldValue: 'game:v1', newValue: 'game:v2' },
            object: {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              ...{ namespace: 'default', name: 'game' },
            },
          },
        ],
      }),
    ]);
  });

  it('runs when a policy chooses another image', async () => {
    await scene.repository('woken', {
      'app.yaml': deployment('woken', 'woken:v1'),
    });
    await scene.chosen('woken', { name: 'woken', tag: 'v1' });
    await scene.run('woken');
    await scene.chosen('woken', { name: 'woken', tag: 'v2' });
    await scene.until(
      'woken',
      ({ status }) => status?.observedPolicies?.woken?.tag === 'v2',
    );
    expect(scene.read('woken', 'app.yaml')).toBe(
      deployment('woken', 'woken:v2'),
    );
  });

  it('commits nothing where nothing changes', async () => {
    const url = await scene.repository('same', {
      'app.yaml': deployment('same', 'same:v1'),
    });
    await scene.chosen('same', { name: 'same', tag: 'v1' });
    const first = await scene.run('same');
    const tip = scene.git('same', 'rev-parse', 'main').trim();
    expect(first.status).toMatchObject({
      observedSourceRevision: `main@sha1:${tip}`,
      observedPolicies: { same: { tag: 'v1' } },
    });
    expect(first.status).not.toHaveProperty('lastPushCommit');
    const second = await scene.run('same');
    expect(readyOf(second)?.status).toBe('True');
    expect(scene.git('same', 'rev-list', '--count', 'main').trim()).toBe('1');
    expect(url).toContain('same');
  });

  it('renders the message, and looks below its path alone', async () => {
    await scene.repository('paths', {
      'staging/app.yaml': deployment('paths', 'paths:v1'),
      'production/app.yaml': deployment('paths', 'paths:v1'),
    });
    await scene.chosen('paths', { name: 'paths', tag: 'v2' });
    const { git } = automationSpec('paths');
    await scene.run('paths', {
      spec: {
        update: { path: './staging', strategy: 'Setters' },
        git: {
          ...git!,
          commit: {
            ...git!.commit,
            messageTemplate:
              'Update {{ .Values.what }} of {{ .AutomationObject.Name }}\n\n{{ range $file, $_ := .Changed.FileChanges }}{{ $file }}{{ end }}',
            messageTemplateValues: { what: 'images' },
          },
        },
      },
    });
    expect(scene.git('paths', 'log', '-1', '--format=%B', 'main').trim()).toBe(
      'Update images of paths\n\nstaging/app.yaml',
    );
    expect(scene.read('paths', 'production/app.yaml')).toContain('paths:v1');
  });

  it('takes only the policies that are selected', async () => {
    await scene.repository('picked', {
      'a.yaml': deployment('picked-a', 'a:v1'),
      'b.yaml': deployment('picked-b', 'b:v1'),
    });
    const labels = { team: 'a' };
    await scene.chosen('picked-a', { name: 'a', tag: 'v2' }, { labels });
    await scene.chosen('picked-b', { name: 'b', tag: 'v2' });
    const automation = await scene.run('picked', {
      spec: { policySelector: { matchLabels: labels } },
    });
    expect(scene.read('picked', 'a.yaml')).toContain('a:v2');
    expect(scene.read('picked', 'b.yaml')).toContain('b:v1');
    expect(automation.status?.observedPolicies).toEqual({
      'picked-a': { name: 'a', tag: 'v2' },
    });
  });

  it('pushes to a branch of its own, and to a refspec', async () => {
    await scene.repository('branches', {
      'app.yaml': deployment('branches', 'branches:v1'),
    });
    await scene.chosen('branches', { name: 'branches', tag: 'v2' });
    const { git } = automationSpec('branches');
    const base = scene.git('branches', 'rev-parse', 'main').trim();
    const automation = await scene.run('branches', {
      spec: {
        git: {
          ...git!,
          push: {
            branch: 'auto',
            refspec: 'refs/heads/auto:refs/heads/review',
          },
        },
      },
    });
    expect(scene.read('branches', 'app.yaml')).toContain('branches:v1');
    expect(scene.read('branches', 'app.yaml', 'auto')).toContain('branches:v2');
    const tip = scene.git('branches', 'rev-parse', 'auto').trim();
    expect(scene.git('branches', 'rev-parse', 'review').trim()).toBe(tip);
    expect(automation.status).toMatchObject({
      lastPushCommit: tip,
      observedSourceRevision: `main@sha1:${base}`,
    });
    expect((await scene.world.eventsOf(automation)).join('\n')).toContain(
      "to branch 'auto' and refspecs 'refs/heads/auto:refs/heads/review'",
    );
    // The branch has it all: nothing more is committed.
    await scene.run('branches', { spec: automation.spec });
    expect(scene.git('branches', 'rev-parse', 'auto').trim()).toBe(tip);
  });

  it('cuts a stale branch of its own anew, and keeps what others have on it', async () => {
    const { git } = automationSpec('stale');
    const spec = { git: { ...git!, push: { branch: 'auto' } } };
    await scene.repository('stale', {
      'app.yaml': deployment('stale', 'stale:v1'),
    });
    await scene.chosen('stale', { name: 'stale', tag: 'v2' });
    await scene.run('stale', { spec });
    const server = scene.world.sandbox.git;
    const moved = await server.commit('team/stale', {
      files: { 'other.yaml': 'kind: Other\n' },
      message: 'Another file',
    });
    await scene.run('stale', { spec });
    expect(scene.git('stale', 'rev-parse', 'auto~1').trim()).toBe(moved);
    expect(scene.read('stale', 'app.yaml', 'auto')).toContain('stale:v2');

    await server.commit('team/stale', {
      branch: 'auto',
      files: { 'notes.md': 'kept\n' },
      message: 'Notes of a reviewer',
    });
    await server.commit('team/stale', {
      files: { 'other.yaml': 'kind: Another\n' },
      message: 'Another one',
    });
    await scene.chosen('stale', { name: 'stale', tag: 'v3' });
    await scene.run('stale', { spec });
    expect(scene.read('stale', 'notes.md', 'auto')).toBe('kept\n');
    expect(scene.read('stale', 'app.yaml', 'auto')).toContain('stale:v3');
  });
});
