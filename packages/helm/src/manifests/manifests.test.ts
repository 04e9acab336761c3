import {
  hooksFor,
  sortManifests,
  splitManifests,
  takeNotes,
  writeManifests,
  writeTemplateOutput,
} from './index';

const object = (kind: string, name: string, annotations = '') =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${annotations}`;

const hook = (name: string, rules: Record<string, string>) =>
  object(
    'Job',
    name,
    `  annotations:\n${Object.entries(rules)
      .map(([key, value]) => `    helm.sh/${key}: "${value}"\n`)
      .join('')}`,
  );

describe('splitManifests', () => {
  it('cuts where a line begins with three dashes, and nowhere else', () => {
    expect(
      splitManifests('\n---\na: 1\n\n--- # note\nb: ---\n---c: 1\n---\n \n'),
    ).toEqual(['a: 1\n\n', '# note\nb: ---\n', 'c: 1\n']);
  });
});

describe('sortManifests', () => {
  const files = new Map([
    ['c/templates/b.yaml', `${object('Pod', 'b')}---\n${object('Odd', 'o')}`],
    ['c/templates/a.yaml', `${object('Service', 's')}---\n# only words\n`],
    ['c/templates/_p.yaml', 'not: read: at all'],
    ['c/templates/empty.yaml', ' \n'],
  ]);

  it('has an order for each action', () => {
    const kinds = (order: 'install' | 'uninstall') =>
      sortManifests(files, order).manifests.map(({ kind }) => kind);
    expect(kinds('install')).toEqual(['Service', 'Pod', '', 'Odd']);
    expect(kinds('uninstall')).toEqual(['Service', 'Pod', '', 'Odd']);
  });

  it('takes hooks out, and drops those of unknown events', () => {
    const { hooks, manifests } = sortManifests(
      new Map([
        [
          'h.yaml',
          [
            hook('h3', {
              hook: 'pre-install, Test-Success',
              'hook-weight': '-5',
            }),
            hook('h2', { hook: 'pre-install', 'hook-weight': 'x' }),
            hook('h1', {
              hook: 'pre-install',
              'hook-delete-policy': 'hook-succeeded, Hook-Failed',
              'hook-output-log-policy': 'hook-failed',
            }),
            hook('h0', { hook: 'crd-install' }),
          ].join('---\n'),
        ],
      ]),
      'install',
    );
    expect(manifests).toEqual([]);
    expect(hooksFor(hooks, 'pre-install').map(({ name }) => name)).toEqual([
      'h3',
      'h1',
      'h2',
    ]);
    expect(hooks[0]).toMatchObject({
      events: ['pre-install', 'test'],
      weight: -5,
    });
    expect(hooks[2]).toMatchObject({
      weight: 0,
      deletePolicies: ['hook-succeeded', 'hook-failed'],
      outputLogPolicies: ['hook-failed'],
    });
  });

  it.each(['a: [', '- list', 'metadata: text', 'kind: {a: 1}'])(
    'refuses %j',
    text => {
      expect(() =>
        sortManifests(new Map([['a.yaml', text]]), 'install'),
      ).toThrow(
        expect.objectContaining({ code: 'invalid-yaml', file: 'a.yaml' }),
      );
    },
  );
});

it('keeps the notes of the chart, on request also those of others', () => {
  const files = new Map([
    ['p/templates/NOTES.txt', 'mine'],
    ['p/charts/c/templates/NOTES.txt', 'theirs'],
    ['p/templates/a.yaml', 'a: 1'],
  ]);
  const own = takeNotes(files, { chartName: 'p' });
  expect(own.notes).toBe('mine');
  expect([...own.files.keys()]).toEqual(['p/templates/a.yaml']);
  expect(takeNotes(files, { chartName: 'p', subNotes: true }).notes).toBe(
    'theirs\nmine',
  );
});

describe('writeTemplateOutput', () => {
  const { manifests, hooks } = sortManifests(
    new Map([
      ['p/templates/a.yaml', object('Secret', 's')],
      ['p/templates/t.yaml', hook('t', { hook: 'test' })],
    ]),
    'install',
  );
  const crd = { name: 'crds/c.yaml', data: Buffer.from('kind: C\n') };
  const manifest = writeManifests(manifests, {
    crds: [{ path: 'p/crds/c.yaml', file: crd }],
  });

  it('prints definitions, objects and hooks', () => {
    expect(writeTemplateOutput({ manifest, hooks }).match(/^# .*$/gm)).toEqual([
      '# Source: p/crds/c.yaml',
      '# Source: p/templates/a.yaml',
      '# Source: p/templates/t.yaml',
    ]);
    expect(
      writeTemplateOutput({ manifest, hooks, skipTests: true }),
    ).not.toContain('t.yaml');
  });

  it('prints only what is asked for', () => {
    const show = (pattern: string) =>
      writeTemplateOutput({ manifest, hooks, showOnly: [pattern] });
    expect(show('templates/[ab].yaml')).toBe(
      `---\n# Source: p/templates/a.yaml\n${object('Secret', 's')}\n`,
    );
    expect(() => show('templates/x.yaml')).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
    expect(() => show('[')).toThrow('could not find template [ in chart');
  });

  it('hides secrets on request', () => {
    expect(writeManifests(manifests, { hideSecrets: true })).toBe(
      '---\n# Source: p/templates/a.yaml\n# HIDDEN: The Secret output has been suppressed\n',
    );
  });
});
