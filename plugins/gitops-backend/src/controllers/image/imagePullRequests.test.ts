// Servers: the sandbox's Kubernetes API and its Git server, which is a real git
// http-backend; an API of pull requests that the tests bring.
import { ImageUpdateAutomationSpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import { AutomationScene, deployment } from './__testUtils__/AutomationScene';
import { GiteaApi } from './__testUtils__/GiteaApi';

jest.setTimeout(240_000);

const PREFIX = 'backstage-gitops.io/pull-request';

describe('pull requests of an automation', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;
  let host: GiteaApi;

  beforeEach(async () => {
    host = await GiteaApi.start();
    scene = await AutomationScene.start(init('SQLITE_3'), {
      pullRequests: {
        apiFor: async ({ url, namespace }) =>
          namespace === 'default'
            ? {
                ...{ type: 'gitea', baseUrl: host.baseUrl },
                authorization: 'token s3cr3t',
                url: new URL(url),
              }
            : { refused: 'not-mapped', host: 'gitea.test' },
      },
    });
    await scene.repository('game', {
      'game.yaml': deployment('game', 'game:v1'),
      'web.yaml': deployment('web', 'web:v1'),
    });
    await scene.chosen('game', { name: 'game', tag: 'v2' });
    await scene.chosen('web', { name: 'web', tag: 'v1' });
  });
  afterEach(async () => {
    await scene?.stop();
    await host.stop();
  });

  const run = (
    annotations: Record<string, string>,
    spec: Partial<ImageUpdateAutomationSpec> = {},
  ) => scene.run('game', { annotations, spec });
  const pushes = () => {
    const id =
      'demo/image.toolkit.fluxcd.io/ImageUpdateAutomation/default/game';
    return scene.world.running[0].pushes.list(id, { limit: 9 });
  };

  it('propose all changes together, and follow what is chosen', async () => {
    const annotations = {
      [PREFIX]: 'automation',
      [`${PREFIX}-labels`]: 'images, {{ .AutomationObject.Name }}',
    };
    const first = await run(annotations);
    expect(readyOf(first)?.status).toBe('True');
    const branch = 'image-updates/default/game';
    expect(scene.read('game', 'game.yaml')).toContain('game:v1');
    expect(scene.read('game', 'game.yaml', branch)).toContain('game:v2');
    expect(host.pullRequests).toEqual([
      expect.objectContaining({
        ...{ head: branch, base: 'main', state: 'open' },
        title: 'Update game:v1 to game:v2',
        body: expect.stringContaining(
          '| `game.yaml` | `game:v1` | `game:v2` |',
        ),
        labels: ['images', 'game'],
      }),
    ]);
    expect((await pushes())[0].pullRequest).toEqual({
      ...{ id: '1', url: 'https://gitea.test/team/game/pulls/1' },
    });

    await scene.chosen('web', { name: 'web', tag: 'v2' });
    await run(annotations);
    expect(host.pullRequests).toEqual([
      expect.objectContaining({
        title: 'Update images of default/game',
        body: expect.stringMatching(/`game:v2`[^]*`web:v2`/),
      }),
    ]);

    // Nothing is new, so nobody asks the host.
    const { requests } = host;
    await run(annotations);
    expect(host.requests).toBe(requests);
  });

  it('are one for each policy where that is wanted', async () => {
    await scene.chosen('web', { name: 'web', tag: 'v2' });
    await run({
      [PREFIX]: 'policy',
      [`${PREFIX}-title`]: '{{ range .Changed.Changes }}{{ .Setter }}{{ end }}',
    });
    expect(
      host.pullRequests.map(({ head, title }) => `${head} ${title}`),
    ).toEqual([
      'image-updates/default/game-game default:game',
      'image-updates/default/game-web default:web',
    ]);
    const branch = 'image-updates/default/game-web';
    expect(scene.read('game', 'web.yaml', branch)).toContain('web:v2');
    expect(scene.read('game', 'game.yaml', branch)).toContain('game:v1');
  });

  it('are closed when nothing is left to change', async () => {
    const annotations = { [PREFIX]: 'automation' };
    await run(annotations);
    await scene.world.sandbox.git.commit('team/game', {
      files: { 'game.yaml': deployment('game', 'game:v2') },
      message: 'By hand',
    });
    await run(annotations);
    expect(host.pullRequests.map(({ state }) => state)).toEqual(['closed']);
    const { requests } = host;
    await run(annotations);
    expect(host.requests).toBe(requests);
  });

  it('are tried again where the host failed, and its commit is not made twice', async () => {
    host.fails = 500;
    const failed = await run({ [PREFIX]: 'automation' });
    expect(readyOf(failed)).toMatchObject({
      status: 'False',
      reason: 'GitOperationFailed',
      message: expect.stringMatching(
        /^failed to keep a pull request for branch 'image-updates\/default\/game': /,
      ),
    });
    expect(JSON.stringify(failed.status)).not.toContain('s3cr3t');
    host.fails = undefined;
    const later = await run({ [PREFIX]: 'automation' });
    expect(readyOf(later)?.status).toBe('True');
    expect(host.pullRequests).toHaveLength(1);
    expect(await pushes()).toHaveLength(1);
  });

  it.each<
    [string, Record<string, string>, Partial<ImageUpdateAutomationSpec>, RegExp]
  >([
    ['another value', { [PREFIX]: 'yes' }, {}, /write automation .* or policy/],
    [
      'one from a branch into itself',
      { [PREFIX]: 'automation' },
      {
        git: {
          checkout: { ref: { branch: 'main' } },
          commit: { author: { email: 'flux@example.com' } },
          push: { branch: 'main' },
        },
      },
      /cannot be from main into itself/,
    ],
    [
      'one into a tag',
      { [PREFIX]: 'automation' },
      {
        git: {
          checkout: { ref: { tag: 'v1' } },
          commit: { author: { email: 'flux@example.com' } },
        },
      },
      /needs a branch to merge into/,
    ],
  ])('cannot be %s', async (_, annotations, spec, message) => {
    const automation = await run(annotations, spec);
    expect(readyOf(automation)).toMatchObject({
      status: 'False',
      message: expect.stringMatching(message),
    });
    expect(host.requests).toBe(0);
  });
});
