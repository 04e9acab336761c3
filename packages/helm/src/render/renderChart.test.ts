import { chartOf } from '../testing/chartOf';
import { render } from '../testing/render';
import { createCapabilities } from '../values';
import { ChartRenderer } from './ChartRenderer';
import { LookupTable } from './LookupTable';
import { PostRenderDocument } from './postRender';
import { renderChart } from './renderChart';

const FILES = {
  'templates/NOTES.txt': 'Hello {{ .Release.Name }}',
  'templates/a.yaml':
    'kind: Deployment\nmetadata: {name: a}\n---\nkind: Service\nmetadata: {name: a}\n',
  'templates/b.yaml':
    'kind: Job\nmetadata:\n  name: b\n  annotations: {helm.sh/hook: pre-install}\n',
};

describe('renderChart', () => {
  it('sorts objects, takes hooks and notes out', async () => {
    const { manifests, hooks, notes } = await render(FILES);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Service',
      'Deployment',
    ]);
    expect(hooks.map(({ name }) => name)).toEqual(['b']);
    expect(notes).toBe('Hello rel');
  });

  it.each([
    ['combined', [['Deployment', 'Service', 'Job']]],
    ['separate', [['Job'], ['Service', 'Deployment']]],
    ['nohooks', [['Service', 'Deployment']]],
  ] as const)('%s: what a post-renderer sees', async (strategy, expected) => {
    const seen: string[][] = [];
    const { manifests, hooks } = await render(FILES, {
      postRenderer: {
        strategy,
        run: documents => {
          seen.push(documents.map(({ content }) => content.split(/\s+/)[1]));
          return [
            ...documents.map(({ path, content }) => ({
              path,
              content: content.replace('name: ', 'name: x'),
            })),
            { content: 'kind: ConfigMap\nmetadata: {name: added}\n' },
          ];
        },
      },
    });
    expect(seen).toEqual(expected);
    expect(
      manifests
        .filter(({ kind }) => kind !== 'ConfigMap')
        .map(({ name }) => name),
    ).toEqual(['xa', 'xa']);
    expect(hooks[0].name).toBe(strategy === 'nohooks' ? 'b' : 'xb');
    expect(
      manifests
        .filter(({ kind }) => kind === 'ConfigMap')
        .map(({ path }) => path),
    ).toEqual(
      {
        combined: ['generated-by-postrender-3.yaml'],
        separate: [
          'generated-by-postrender-hooks-1.yaml',
          'generated-by-postrender-manifests-2.yaml',
        ],
        nohooks: ['generated-by-postrender-manifests-2.yaml'],
      }[strategy],
    );
  });

  it('a post-renderer may drop everything', async () => {
    const run = (): PostRenderDocument[] => [];
    const rendered = await render(FILES, {
      postRenderer: { strategy: 'combined', run },
    });
    expect(rendered).toMatchObject({
      manifests: [],
      hooks: [],
      notes: 'Hello rel',
    });
  });

  it('renders again until nothing that templates look up is missing', async () => {
    const cluster: Record<string, object> = {
      'ConfigMap/pointer': { data: { to: 'target', port: 80, ratio: 1.5 } },
      'ConfigMap/target': { data: { text: 'found' } },
    };
    const chart = await chartOf({
      'templates/a.yaml': [
        'a: {{ $p := lookup "v1" "ConfigMap" "shop" "pointer" }}',
        '{{ if $p }}{{ printf "%T %T" $p.data.port $p.data.ratio }} ',
        '{{ (lookup "v1" "ConfigMap" "shop" $p.data.to).data.text }}',
        ' {{ lookup "v1" "Secret" "" "none" }}{{ end }}',
      ].join(''),
    });
    const table = new LookupTable();
    const rounds: string[] = [];
    do {
      for (const query of table.missing) {
        table.answer(query, cluster[`${query.kind}/${query.name}`] ?? null);
      }
      try {
        renderChart({
          ...{ chart, values: {}, lookup: table.lookup },
          renderer: new ChartRenderer(),
          release: { name: 'rel', namespace: 'shop' },
          capabilities: createCapabilities(),
          onRendered: files => rounds.push([...files.values()].join('')),
        });
      } catch (error) {
        rounds.push(String((error as { code?: string }).code));
      }
    } while (table.missing.length > 0);
    // The second round fails: what the first object points to is not there yet.
    expect(rounds).toEqual([
      'a: ',
      'template-failed',
      'a: int64 float64 found map[]',
      'a: int64 float64 found map[]',
    ]);
  });

  it('fails where the cluster refuses what a template looks up', async () => {
    const table = new LookupTable();
    table.fail(
      { apiVersion: 'v1', kind: 'Secret', namespace: '', name: 'a' },
      'secrets "a" is forbidden',
    );
    await expect(
      render(
        { 'templates/a.yaml': 'a:\n  {{ lookup "v1" "Secret" "" "a" }}' },
        { lookup: table.lookup },
      ),
    ).rejects.toMatchObject({
      code: 'lookup-failed',
      message: expect.stringContaining('secrets "a" is forbidden'),
      line: 2,
    });
    expect(table.missing).toEqual([]);
  });

  it('looks up no more than it may', async () => {
    const table = new LookupTable({ maxQueries: 2 });
    const files = {
      'templates/a.yaml':
        '{{ range $n := .Values.names }}{{ lookup "v1" "Secret" "" $n }}{{ end }}',
    };
    await expect(
      render(files, {
        values: { names: ['a', 'b', 'a', 'c'] },
        lookup: table.lookup,
      }),
    ).rejects.toMatchObject({ code: 'limit' });
  });
});
