import { Values } from '../values/tables';
import { ChartLock, ChartMetadata } from './ChartMetadata';

/**
 * A file of a chart. The name is relative to the chart's root, with `/`.
 *
 * @public
 */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
}

const MANIFEST = /\.(?:yaml|yml|json)$/i;

/**
 * A chart with the charts it depends on. Charts are made by `loadChartFiles`,
 * `loadChartArchive` and `loadChartDirectory`, and not changed afterwards:
 * `processDependencies` returns another one.
 *
 * @public
 */
export class Chart {
  readonly metadata: ChartMetadata;
  lock?: ChartLock;
  /** Of values.yaml; undefined where there is none. */
  values?: Values;
  /** Content of values.schema.json. */
  schema?: Uint8Array;
  /** Files below `templates/`. */
  readonly templates: ChartFile[];
  /** What templates see as `.Files`; among them `crds/`. */
  readonly files: ChartFile[];
  /** All files as they were loaded, without those of `charts/`. */
  readonly raw: readonly ChartFile[];

  private subcharts: Chart[] = [];
  private above?: Chart;

  constructor(options: {
    metadata: ChartMetadata;
    lock?: ChartLock;
    values?: Values;
    schema?: Uint8Array;
    templates?: ChartFile[];
    files?: ChartFile[];
    raw?: readonly ChartFile[];
    dependencies?: readonly Chart[];
  }) {
    this.metadata = options.metadata;
    this.lock = options.lock;
    this.values = options.values;
    this.schema = options.schema;
    this.templates = options.templates ?? [];
    this.files = options.files ?? [];
    this.raw = options.raw ?? [];
    this.setDependencies(options.dependencies ?? []);
  }

  /** Its alias, where its parent gives it one. */
  get name(): string {
    return this.metadata.name;
  }

  get parent(): Chart | undefined {
    return this.above;
  }

  get isRoot(): boolean {
    return this.above === undefined;
  }

  /** A library is not rendered, only its partials can be included. */
  get isLibrary(): boolean {
    return this.metadata.type.toLowerCase() === 'library';
  }

  get dependencies(): readonly Chart[] {
    return this.subcharts;
  }

  /** Takes the charts over: their parent is this one. */
  setDependencies(charts: readonly Chart[]): void {
    this.subcharts = [...charts];
    for (const chart of charts) {
      chart.above = this;
    }
  }

  /** `parent/charts/name`, by names of charts and not of directories. */
  get fullPath(): string {
    return this.above
      ? `${this.above.fullPath}/charts/${this.name}`
      : this.name;
  }

  /**
   * Files below `crds/` of the chart, then of its dependencies. They are not
   * templates. `path` begins with the chart's full path.
   */
  get crds(): readonly { path: string; file: ChartFile }[] {
    const own = this.files
      .filter(({ name }) => name.startsWith('crds/') && MANIFEST.test(name))
      .map(file => ({ path: `${this.fullPath}/${file.name}`, file }));
    return [...own, ...this.subcharts.flatMap(({ crds }) => crds)];
  }

  /** The same content, and the same metadata and charts in it. */
  shallowCopy(): Chart {
    const copy = this.with({ metadata: this.metadata, dependencies: [] });
    // Those below keep their parent: only their own list is a new one.
    copy.subcharts = [...this.subcharts];
    return copy;
  }

  /** The same content; dependencies and metadata are those given. */
  with(options: { metadata: ChartMetadata; dependencies: Chart[] }): Chart {
    const { lock, values, schema, templates, files, raw } = this;
    return new Chart({
      ...{ lock, values, schema, templates, files, raw },
      ...options,
    });
  }
}
