// Servers: the sandbox's Kubernetes API, and its Git server, which is a real git
// http-backend.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitSpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf } from '../../__testUtils__/world';
import {
  AutomationScene,
  automationSpec,
  deployment,
} from './__testUtils__/AutomationScene';

jest.setTimeout(240_000);

const SOURCE = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'default',
};

const gitSpec = (name: string, change: Partial<GitSpec>): { git: GitSpec } => ({
  git: { ...automationSpec(name).git!, ...change },
});

describe('what an automation pushes', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;

  beforeAll(async () => {
    scene = await AutomationScene.start(init('SQLITE_3'));
  });
  afterAll(() => scene?.stop());

  const prepare = async (name: string) => {
    await scene.repository(name, {
      'app.yaml': deployment(name, `${name}:v1`),
    });
    await scene.chosen(name, { name, tag: 'v2' });
  };

  const hook = async (repository: string, name: string, script: string) => {
    const file = path.join(scene.bare(repository), 'hooks', name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  };

  it('is made anew where somebody was faster', async () => {
    await prepare('race');
    // Somebody commits when our first push is on its way: hooks see no other.
    await hook(
      'race',
      'pre-receive',
      `if [ ! -e "$GIT_DIR/moved" ]; then
        touch "$GIT_DIR/moved"
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
        tip=$(git rev-parse main)
        new=$(GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com git commit-tree -p "$tip" -m Faster "$tip^{tree}")
        git update-ref refs/heads/main "$new"
      fi`,
    );
    const automation = await scene.run('race');
    expect(readyOf(automation)?.status).toBe('True');
    expect(scene.git('race', 'log', '--format=%an %s', 'main')).toBe(
      'Flux Update from image update automation\nAda Faster\nSandbox First commit\n',
    );
    expect(scene.read('race', 'app.yaml')).toContain('race:v2');
  });

  it('is refused where the branch is protected, and the condition says so', async () => {
    await prepare('protected');
    await hook(
      'protected',
      'update',
      'echo "Protected branch: changes go by pull request" >&2; exit 1',
    );
    const automation = await scene.run('protected');
    expect(readyOf(automation)).toMatchObject({
      status: 'False',
      reason: 'GitOperationFailed',
      message: expect.stringMatching(
        /^failed to update source: the server does not let refs\/heads\/main be moved: hook declined \(it says: .*Protected branch: changes go by pull request.*\); look whether the branch is protected, or push to another one$/s,
      ),
    });
    expect(automation.status).not.toHaveProperty('lastPushCommit');
    expect(await scene.world.eventsOf(automation)).toEqual([
      expect.stringContaining('GitOperationFailed: failed to update source'),
    ]);
  });

  it('takes push options along', async () => {
    await prepare('options');
    scene.git('options', 'config', 'receive.advertisePushOptions', 'true');
    await hook(
      'options',
      'pre-receive',
      'echo "$GIT_PUSH_OPTION_0 $GIT_PUSH_OPTION_1" > "$GIT_DIR/options"',
    );
    const options = { 'merge_request.create': '', 'ci.variable': 'A=b' };
    await scene.run('options', {
      spec: gitSpec('options', { push: { options } }),
    });
    const said = path.join(scene.bare('options'), 'options');
    expect((await readFile(said, 'utf8')).trim().split(' ').sort()).toEqual([
      'ci.variable=A=b',
      'merge_request.create',
    ]);
  });

  it('does not fight with what other automations push to the same repository', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    await scene.repository(
      'shared',
      Object.fromEntries(
        names.map(name => [
          `${name}.yaml`,
          deployment(`shared-${name}`, `${name}:v1`),
        ]),
      ),
    );
    for (const name of names) {
      const labels = { shared: name };
      await scene.chosen(`shared-${name}`, { name, tag: 'v2' }, { labels });
    }
    const automations = await Promise.all(
      names.map(name =>
        scene.run(`shared-${name}`, {
          spec: {
            sourceRef: { kind: 'GitRepository', name: 'shared' },
            policySelector: { matchLabels: { shared: name } },
          },
        }),
      ),
    );
    expect(automations.map(found => readyOf(found)?.status)).toEqual(
      names.map(() => 'True'),
    );
    expect(scene.git('shared', 'rev-list', '--count', 'main').trim()).toBe('7');
    for (const name of names) {
      expect(scene.read('shared', `${name}.yaml`)).toContain(`${name}:v2`);
    }
  });

  it('is fetched by its GitRepository at once', async () => {
    const url = await scene.repository('fetched', {
      'app.yaml': deployment('fetched', 'fetched:v1'),
    });
    await scene.world.apply(gitRepository(url, {}, 'fetched'));
    await scene.world.until(
      { ...SOURCE, name: 'fetched' },
      found => readyOf(found as never)?.status === 'True',
    );
    await scene.chosen('fetched', { name: 'fetched', tag: 'v2' });
    const { status } = await scene.run('fetched');
    await scene.world.until(
      { ...SOURCE, name: 'fetched' },
      found =>
        (found as { status?: { artifact?: { revision: string } } } | undefined)
          ?.status?.artifact?.revision === status?.observedSourceRevision,
    );
    expect(status?.observedSourceRevision).toBe(
      `main@sha1:${status?.lastPushCommit}`,
    );
  });

  it('is told, and not pushed, in a home where nothing may be written', async () => {
    const { world } = scene;
    await prepare('planned');
    await world.stopPortal(world.running[0]);
    await world.apply({
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageUpdateAutomation',
      metadata: { name: 'planned', namespace: 'default' },
      spec: automationSpec('planned'),
    } as KubernetesObject);
    const planned = world.nextLog(/would push/);
    await world.startPortal(await init('SQLITE_3'), {
      ...{ mode: 'plan', logger: world.logger },
    });
    expect(await planned).toBe(
      "would push a commit to branch 'main' that changes app.yaml",
    );
    expect(scene.git('planned', 'rev-list', '--count', 'main').trim()).toBe(
      '1',
    );
  });
});
