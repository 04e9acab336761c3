import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command/runCommand';

const configMap = (name: string, rest = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`;

describe('the command', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kustomize-'));
    write('app/kustomization.yaml', 'resources: [c.yaml, ns.yaml]\n');
    write('app/c.yaml', configMap('web'));
    write(
      'app/ns.yaml',
      'kind: Namespace\napiVersion: v1\nmetadata: {name: a}',
    );
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, text: string) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), text);
  }

  function run(...args: string[]) {
    let printed = '';
    let errors = '';
    const code = runCommand(args, {
      directory,
      print: text => {
        printed += text;
      },
      printError: text => {
        errors += text;
      },
    });
    return { code, printed, errors };
  }

  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n';

  it('prints what a directory builds to', () => {
    expect(run('build', 'app')).toEqual({
      code: 0,
      printed: `${namespace}---\n${configMap('web')}`,
      errors: '',
    });
    directory = join(directory, 'app');
    expect(run('build').code).toBe(0);
    expect(run('build', directory).code).toBe(0);
    directory = join(directory, '..');
  });

  it('orders on request, and says that it is deprecated', () => {
    expect(run('build', '--reorder=none', 'app')).toEqual({
      code: 0,
      printed: `${configMap('web')}---\n${namespace}`,
      errors: expect.stringMatching(/^# Warning: .*sortOptions/),
    });
  });

  it('loads files from elsewhere only on request', () => {
    write('app/kustomization.yaml', 'resources: [../other.yaml]\n');
    write('other.yaml', configMap('other'));
    const refused = run('build', 'app');
    expect(refused).toMatchObject({ code: 1, printed: '' });
    expect(refused.errors).toContain('../other.yaml');
    expect(
      run('build', 'app', '--load-restrictor', 'LoadRestrictionsNone'),
    ).toMatchObject({ code: 0, printed: configMap('other') });
  });

  it('labels what it built', () => {
    for (const flag of ['--enable-managedby-label', '--add-managedby-label']) {
      expect(run('build', 'app', flag).printed).toContain(
        'app.kubernetes.io/managed-by: kustomize-v5.8.1',
      );
    }
  });

  it('writes a file, or a file for each object of a directory', () => {
    expect(run('build', 'app', '-o', 'out.yaml')).toEqual({
      code: 0,
      printed: '',
      errors: '',
    });
    expect(readFileSync(join(directory, 'out.yaml'), 'utf8')).toBe(
      `${namespace}---\n${configMap('web')}`,
    );
    mkdirSync(join(directory, 'out'));
    expect(run('build', 'app', '--output', 'out').code).toBe(0);
    expect(readdirSync(join(directory, 'out')).sort()).toEqual([
      'v1_configmap_web.yaml',
      'v1_namespace_a.yaml',
    ]);
    expect(run('build', 'app', '-o', 'missing/out.yaml')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('ENOENT'),
    });
  });

  it('writes no file outside of the directory', () => {
    write('app/c.yaml', configMap('../../escaped'));
    mkdirSync(join(directory, 'out'));
    expect(run('build', 'app', '-o', 'out')).toMatchObject({ code: 1 });
    expect(existsSync(join(directory, 'escaped.yaml'))).toBe(false);
  });

  it.each([
    [['build', 'nowhere'], 'nowhere'],
    [['build', 'a', 'b'], 'one directory'],
    [['build', '--nonsense'], '--nonsense'],
    [['build', '--reorder', 'x'], 'none or legacy'],
    [['build', '--load-restrictor=x'], 'LoadRestrictionsNone'],
    [['build', '--enable-alpha-plugins'], 'programs'],
    [['build', '--enable-helm'], 'HelmRelease'],
    [['build', '-e', 'A=b'], '--env'],
    [['destroy'], 'build'],
  ])('refuses %j', (args, words) => {
    const { code, printed, errors } = run(...args);
    expect([code, printed]).toEqual([1, '']);
    expect(errors).toMatch(/^Error: /);
    expect(errors).toContain(words);
  });

  it('helps', () => {
    for (const args of [[], ['--help'], ['build', '-h']]) {
      expect(run(...args)).toMatchObject({
        code: 0,
        printed: expect.stringContaining('--load-restrictor'),
      });
    }
    expect(run('version').printed).toBe('v5.8.1\n');
  });
});
