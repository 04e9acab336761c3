import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../command/runCommand';

const CHART = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/values.yaml': 'port: 80\nextra: {}\n',
  'web/values.schema.json': '{"properties": {"port": {"type": "integer"}}}',
  'web/crds/shop.yaml': 'kind: CustomResourceDefinition\n',
  'web/templates/a.yaml':
    'kind: Service\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\nport: {{ .Values.port }}\nupgrade: {{ .Release.IsUpgrade }}\n',
  'web/templates/b.yaml':
    'kind: Pod\nmetadata:\n  name: b\n  annotations: {helm.sh/hook: test}\n',
  'web/templates/c.yaml':
    '{{ if .Capabilities.APIVersions.Has "shop/v1" }}kind: Shop\nversion: {{ .Capabilities.KubeVersion }}{{ end }}{{ if .Values.broken }}a: [{{ end }}',
  'web/templates/NOTES.txt': 'notes',
  'more.yaml': 'port: 8080\n',
};

describe('npm run helm', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'helm-command-'));
    for (const [path, text] of Object.entries(CHART)) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  async function run(...args: string[]) {
    let output = '';
    let errors = '';
    const code = await runCommand(args, {
      directory,
      print: text => {
        output += text;
      },
      printError: text => {
        errors += text;
      },
    });
    return { code, output, errors };
  }

  it('prints what Helm prints', async () => {
    expect(await run('template', 'rel', 'web', '-n', 'shop')).toEqual({
      code: 0,
      output: [
        '---',
        '# Source: web/templates/a.yaml',
        'kind: Service',
        'metadata:',
        '  name: rel',
        '  namespace: shop',
        'port: 80',
        'upgrade: false',
        '---',
        '# Source: web/templates/b.yaml',
        'kind: Pod',
        'metadata:',
        '  name: b',
        '  annotations: {helm.sh/hook: test}',
        '',
        '',
      ].join('\n'),
      errors: '',
    });
  });

  it.each<[string, string[], RegExp]>([
    ['no name', [], /name: release-name\n/],
    ['values files', ['-f', 'more.yaml'], /port: 8080\n/],
    ['values', ['-f', 'more.yaml', '--set', 'port=9'], /port: 9\n/],
    ['values in JSON', ['--set-json', '{"port": 7}'], /port: 7\n/],
    ['contents of files', ['--set-file', 'extra.x=more.yaml'], /port: 80\n/],
    ['an upgrade', ['--is-upgrade'], /upgrade: true\n/],
    [
      'definitions',
      ['--include-crds'],
      /^---\n# Source: web\/crds\/shop\.yaml\n/,
    ],
    ['no tests', ['--skip-tests'], /upgrade: false\n$/],
    ['no hooks', ['--no-hooks'], /upgrade: false\n$/],
    [
      'a cluster',
      ['--api-versions', 'x/v1,shop/v1', '--kube-version', '1.30.1'],
      /kind: Shop\nversion: v1\.30\.1\n/,
    ],
    [
      'one template',
      ['-s', 'templates/b.yaml'],
      /^---\n# Source: web\/templates\/b\.yaml\n[^-]+$/,
    ],
  ])('%s', async (_, args, expected) => {
    const { code, output, errors } = await run('template', 'web', ...args);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(expected);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a value',
      ['web', '--set', 'port=x'],
      /values don't meet the specifications/,
    ],
    ['a name', ['A_B', 'web'], /cannot be called 'A_B'/],
    ['a chart that is not there', ['none'], /there is no chart/],
    ['a values file that is not there', ['web', '-f', 'none.yaml'], /ENOENT/],
    ['no chart', [], /needs a chart/],
    ['two charts', ['a', 'web', 'web'], /one chart .* not web and web/],
    ['a flag', ['web', '--wait'], /'--wait'; --help lists the flags/],
    ['what is no YAML', ['web', '--set', 'broken=1'], /Use --debug to see/],
    [
      'a template that is not there',
      ['web', '-s', 'x'],
      /could not find template x/,
    ],
  ])('refuses %s', async (_, args, expected) => {
    const { code, output, errors } = await run('template', ...args);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(expected);
    expect(errors).toMatch(/^Error: /);
  });

  it('a schema can be passed over', async () => {
    const { output } = await run(
      ...['template', 'web', '--set', 'port=x', '--skip-schema-validation'],
    );
    expect(output).toContain('port: x');
  });

  it('shows what is no YAML where it is asked', async () => {
    const { code, output } = await run(
      ...['template', 'web', '--set', 'broken=1', '--debug'],
    );
    expect(code).toBe(1);
    expect(output).toContain('# Source: web/templates/c.yaml\na: [\n');
  });

  it('tells what it can do', async () => {
    expect((await run('--help')).output).toContain('--show-only');
    expect((await run()).output).toContain('template [NAME] CHART');
    expect((await run('version')).output).toBe('v4.2\n');
    expect((await run('install')).errors).toContain('there is template');
  });
});
