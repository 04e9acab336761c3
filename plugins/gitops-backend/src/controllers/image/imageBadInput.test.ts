// Servers: the sandbox's Kubernetes API, and its Git server, which is a real git
// http-backend.
import {
  GitSpec,
  ImageUpdateAutomationSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf } from '../../__testUtils__/world';
import {
  AutomationScene,
  automationSpec,
  deployment,
} from './__testUtils__/AutomationScene';

jest.setTimeout(240_000);

const gitOf = (change: Partial<GitSpec>): { git: GitSpec } => ({
  git: { ...automationSpec('bad').git!, ...change },
});

const messageOf = (messageTemplate: string) =>
  gitOf({
    commit: { author: { email: 'flux@example.com' }, messageTemplate },
  });

describe('an automation that cannot work', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;

  beforeAll(async () => {
    scene = await AutomationScene.start(init('SQLITE_3'));
    await scene.repository('bad', { 'app.yaml': deployment('bad', 'bad:v1') });
    await scene.chosen('bad', { name: 'bad', tag: 'v2' });
    await scene.world.sandbox.git.createRepository('team/empty', {});
  });
  afterAll(() => scene?.stop());

  it.each<
    [string, Partial<ImageUpdateAutomationSpec>, string, RegExp, boolean]
  >([
    [
      'no repository',
      { sourceRef: { kind: 'GitRepository', name: 'none' } },
      'SourceManagerFailed',
      /^failed configuring source manager: referenced git repository does not exist: GitRepository 'default\/none' not found$/,
      false,
    ],
    [
      'no git',
      { git: undefined },
      'InvalidSourceConfiguration',
      /necessitates field \.spec\.git/,
      true,
    ],
    [
      'a branch that is none',
      gitOf({ push: { branch: 'a..b' } }),
      'InvalidSourceConfiguration',
      /"a\.\.b" is no name that a branch can have/,
      true,
    ],
    [
      'nowhere to push to',
      gitOf({ checkout: { ref: { tag: 'v1' } } }),
      'SourceManagerFailed',
      /push spec not provided/,
      false,
    ],
    [
      'a refspec with patterns',
      gitOf({ push: { refspec: 'refs/heads/*:refs/heads/*' } }),
      'InvalidSourceConfiguration',
      /without patterns/,
      true,
    ],
    [
      'a reference that is not there',
      gitOf({ checkout: { ref: { branch: 'none' } } }),
      'GitOperationFailed',
      /^failed to checkout source: couldn't find remote ref "refs\/heads\/none"/,
      false,
    ],
    [
      'a selector that is none',
      { policySelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      'InvalidPolicySelector',
      /"Is" is not a valid label selector operator/,
      true,
    ],
    [
      'a path that is not there',
      { update: { strategy: 'Setters', path: './none' } },
      'UpdateFailed',
      /the repository has no file or directory "none"; correct spec\.update\.path$/,
      false,
    ],
    [
      'a template that does not parse',
      messageOf('{{ if }}'),
      'GitOperationFailed',
      /^failed to update source: unable to create commit message template from spec: template: commit message:1/,
      false,
    ],
    [
      'a template that fails',
      messageOf('{{ fail "not today" }}'),
      'GitOperationFailed',
      /error calling fail: not today$/,
      false,
    ],
    [
      'a template without end',
      messageOf(
        '{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}',
      ),
      'GitOperationFailed',
      /the template takes too many steps/,
      false,
    ],
    [
      'a field that templates had once',
      messageOf('{{ .Updated.Files }}'),
      'RemovedTemplateField',
      /'\.Updated'/,
      true,
    ],
    [
      'no signing key',
      gitOf({
        commit: {
          author: { email: 'flux@example.com' },
          signingKey: { secretRef: { name: 'none' } },
        },
      }),
      'SourceManagerFailed',
      /could not find signing key secret 'none'/,
      false,
    ],
  ])('says why: %s', async (_, spec, reason, message, isStalled) => {
    const automation = await scene.run('bad', { spec });
    expect(readyOf(automation)).toMatchObject({
      status: 'False',
      reason,
      message: expect.stringMatching(message),
    });
    const stalled = automation.status?.conditions?.find(
      ({ type }) => type === 'Stalled',
    );
    expect(stalled?.status).toBe(isStalled ? 'True' : undefined);
    expect(scene.git('bad', 'rev-list', '--count', 'main').trim()).toBe('1');
  });

  it('leaves alone what it cannot read, and says so where it is looked for', async () => {
    await scene.repository('odd', {
      'good.yaml': deployment('odd', 'odd:v1'),
      'broken.yaml': 'a: [ # {"$imagepolicy": "default:odd"}\n',
      'in-string.yaml':
        'a: "odd:v1 # {\\"$imagepolicy\\": \\"default:odd\\"}"\n',
      'twice.yaml': `a: odd:v1 # {"$imagepolicy": "default:odd"} {"$imagepolicy": "default:odd"}\n`,
      'large.yaml': `a: odd:v1 # {"$imagepolicy": "default:odd"}\n${'# filled\n'.repeat(600_000)}`,
      'notes.txt': 'a: odd:v1 # {"$imagepolicy": "default:odd"}\n',
      'link.yaml': { content: '../../outside.yaml', symlink: true },
      'inside.yaml': { content: 'good.yaml', symlink: true },
    });
    await scene.chosen('odd', { name: 'odd', tag: 'v2' });
    const automation = await scene.run('odd');
    expect(readyOf(automation)?.status).toBe('True');
    expect(scene.git('odd', 'diff', '--name-only', 'main~1', 'main')).toBe(
      'good.yaml\n',
    );
  });

  it('looks at nothing outside of the repository', async () => {
    const automation = await scene.run('bad', {
      spec: { update: { strategy: 'Setters', path: '../../../../etc' } },
    });
    expect(readyOf(automation)).toMatchObject({
      reason: 'UpdateFailed',
      message: expect.stringContaining('no file or directory "etc"'),
    });
  });

  it('commits what a tag is, whatever it looks like', async () => {
    const tags = ['1.20', '012', 'true', '0x1f', 'null', '1e3', '2026-11-23'];
    await scene.repository(
      'looks',
      Object.fromEntries(
        tags.map((_, i) => [
          `${i}.yaml`,
          `a:\n  tag: old # {"$imagepolicy": "default:looks-${i}:tag"}\n`,
        ]),
      ),
    );
    for (const [i, tag] of tags.entries()) {
      await scene.chosen(`looks-${i}`, { name: 'looks', tag });
    }
    await scene.run('looks');
    expect(tags.map((_, i) => scene.read('looks', `${i}.yaml`))).toEqual(
      tags.map(
        (tag, i) =>
          `a:\n  tag: "${tag}" # {"$imagepolicy": "default:looks-${i}:tag"}\n`,
      ),
    );
  });
});
