import { MemoryFileSystem, RemoteLoader } from '../index';
import { buildError, buildText } from '../testing/buildText';

const service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n';

/** Fetches from a table, and notes what it was asked for. */
class Table implements RemoteLoader {
  readonly asked: string[] = [];

  constructor(
    private readonly files: Record<string, string>,
    private readonly directories: Record<string, Record<string, string>> = {},
  ) {}

  loadFile(url: string) {
    this.asked.push(url);
    return Object.hasOwn(this.files, url)
      ? Buffer.from(this.files[url])
      : undefined;
  }

  loadDirectory(address: string) {
    this.asked.push(address);
    return Object.hasOwn(this.directories, address)
      ? {
          fileSystem: new MemoryFileSystem(this.directories[address]),
          path: 'deploy',
          repository: 'https://example.com/org/repo',
          reference: 'v1',
        }
      : undefined;
  }
}

describe('a loader of remote files', () => {
  const url = 'https://example.com/all.yaml';
  const address = 'https://example.com/org/repo//deploy?ref=v1';

  it('is needed for URLs, whose secrets are not told', () => {
    const error = buildError({
      'kustomization.yaml': `resources: ['https://me:hush@example.com/x?token=hush']\n`,
    });
    expect(error).toMatchObject({
      code: 'remote',
      file: 'https://example.com/x',
    });
    expect(error.message).not.toContain('hush');
  });

  it('gives files', () => {
    expect(
      buildText(
        { 'kustomization.yaml': `namePrefix: p-\nresources: ['${url}']\n` },
        { remote: new Table({ [url]: service }) },
      ),
    ).toBe(service.replace('shop', 'p-shop'));
  });

  it('gives directories, and origins in their repository', () => {
    const remote = new Table(
      {},
      {
        [address]: {
          'deploy/kustomization.yaml': 'resources: [../base]\n',
          'base/kustomization.yaml': 'resources: [service.yaml]\n',
          'base/service.yaml': service,
        },
      },
    );
    const text = buildText(
      {
        'kustomization.yaml': `buildMetadata: [originAnnotations]\nresources: ['${address}']\n`,
      },
      { remote },
    );
    expect(remote.asked).toEqual([address, address]);
    expect(text).toContain(`
    config.kubernetes.io/origin: |
      path: base/service.yaml
      repo: https://example.com/org/repo
      ref: v1
`);
  });

  it('is where a build can start', () => {
    const files = {
      'deploy/kustomization.yaml': 'resources: [service.yaml]\n',
      'deploy/service.yaml': service,
    };
    const remote = new Table({}, { [address]: files });
    expect(buildText({}, { path: address, remote })).toBe(service);
  });

  it('does not let a fetched directory read above its own, or refer to itself', () => {
    const outside = new Table(
      {},
      {
        [address]: {
          'deploy/kustomization.yaml': 'resources: [../service.yaml]\n',
          'service.yaml': service,
        },
      },
    );
    const start = { 'kustomization.yaml': `resources: ['${address}']\n` };
    expect(
      buildError(start, { remote: outside, loadRestrictions: 'none' }),
    ).toMatchObject({ code: 'outside-root' });
    const circle = new Table(
      {},
      {
        [address]: { 'deploy/kustomization.yaml': start['kustomization.yaml'] },
      },
    );
    expect(buildError(start, { remote: circle })).toMatchObject({
      code: 'cycle',
    });
  });

  it('may find nothing', () => {
    expect(
      buildError(
        { 'kustomization.yaml': `resources: ['${address}']\n` },
        { remote: new Table({}) },
      ),
    ).toMatchObject({
      code: 'not-found',
      file: 'https://example.com/org/repo//deploy',
    });
  });
});

describe('a renderer of charts', () => {
  const kustomization = `
namespace: team
helmGlobals: {chartHome: ./charts}
helmCharts:
- name: shop
  repo: https://charts.example.com
  valuesInline: {a: 1}
`;

  it('is needed for charts', () => {
    expect(buildError({ 'kustomization.yaml': kustomization })).toMatchObject({
      code: 'helm',
      field: 'helmCharts',
    });
  });

  it('gets the chart with the namespace, which it has to set', () => {
    const requests: unknown[] = [];
    const text = buildText(
      { 'app/kustomization.yaml': kustomization, 'app/values.yaml': 'b: 2\n' },
      {
        path: 'app',
        helm: {
          render({ chart, globals, directory, readFile }) {
            const values = Buffer.from(readFile('values.yaml')).toString();
            requests.push({ chart, globals, directory, values });
            return `walk this way\n---\n${service}`;
          },
        },
      },
    );
    expect(requests).toEqual([
      {
        chart: {
          name: 'shop',
          repo: 'https://charts.example.com',
          valuesInline: { a: 1 },
          namespace: 'team',
        },
        globals: { chartHome: './charts' },
        directory: '/app',
        values: 'b: 2\n',
      },
    ]);
    expect(text).toBe(service);
  });

  it('gets the older field in the words of the newer one', () => {
    const charts: unknown[] = [];
    buildText(
      {
        'kustomization.yaml': `
helmChartInflationGenerator:
- {chartName: shop, chartVersion: 1.2.3, chartHome: home, values: v.yaml}
`,
      },
      {
        helm: {
          render({ chart, globals }) {
            charts.push(chart, globals);
            return service;
          },
        },
      },
    );
    expect(charts).toEqual([
      { name: 'shop', version: '1.2.3', valuesFile: 'v.yaml', namespace: '' },
      { chartHome: 'home' },
    ]);
  });
});
