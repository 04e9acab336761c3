import { Values } from '../values';
import { Chart, checkInstallable, processDependencies } from './index';
import { ChartDependency, EMPTY_METADATA } from './ChartMetadata';

function chart(
  name: string,
  options: {
    values?: Values;
    entries?: Partial<ChartDependency>[];
    charts?: Chart[];
  } = {},
): Chart {
  return new Chart({
    metadata: {
      ...EMPTY_METADATA,
      apiVersion: 'v2',
      name,
      version: '1.0.0',
      dependencies: options.entries?.map(entry => ({
        name: '',
        version: '>=0',
        repository: '',
        condition: '',
        tags: [],
        enabled: false,
        importValues: [],
        alias: '',
        ...entry,
      })),
    },
    values: options.values,
    dependencies: options.charts,
  });
}

const names = (parent: Chart) => parent.dependencies.map(({ name }) => name);

describe('processDependencies', () => {
  it('gives each entry a chart, under its alias', () => {
    const parent = chart('p', {
      entries: [{ name: 'db' }, { name: 'db', alias: 'cache' }],
      charts: [chart('db'), chart('other')],
    });
    const processed = processDependencies(parent, {});
    expect(names(processed)).toEqual(['other', 'db', 'cache']);
    expect(processed.dependencies[2].fullPath).toBe('p/charts/cache');
    expect(names(parent)).toEqual(['db', 'other']);
  });

  it('heeds conditions before tags', () => {
    const parent = chart('p', {
      entries: [
        { name: 'a', condition: 'a.enabled', tags: ['off'] },
        { name: 'b', condition: 'missing,a.text', tags: ['off'] },
        { name: 'c', tags: ['off', 'on'] },
      ],
      charts: ['a', 'b', 'c'].map(name => chart(name)),
    });
    const warnings: string[] = [];
    const processed = processDependencies(
      parent,
      { tags: { off: false, on: true }, a: { enabled: true, text: 'no' } },
      { onWarning: warning => warnings.push(warning) },
    );
    expect(names(processed)).toEqual(['a', 'c']);
    expect(warnings).toEqual(['a.text is neither true nor false']);
  });

  it('imports values, which the importing chart overrides', () => {
    const parent = chart('p', {
      values: { port: 1 },
      entries: [
        {
          name: 'db',
          importValues: ['net', { child: 'auth', parent: 'db-auth' }, 'none'],
        },
      ],
      charts: [
        chart('db', {
          values: {
            exports: { net: { port: 5432, host: 'db' } },
            auth: { user: 'u' },
          },
        }),
      ],
    });
    expect(processDependencies(parent, {}).values).toMatchObject({
      port: 1,
      host: 'db',
      'db-auth': { user: 'u' },
    });
  });

  it('says which charts are missing', () => {
    const parent = chart('p', { entries: [{ name: 'a' }, { name: 'b' }] });
    expect(() => checkInstallable(parent)).toThrow(
      'found in Chart.yaml, but missing in charts/ directory: a, b',
    );
  });
});
