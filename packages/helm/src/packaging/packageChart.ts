import { buffer } from 'node:stream/consumers';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { pack, Pack } from 'tar-stream';
import { Chart, ChartError, ChartFile, ChartMetadata } from '../charts';
import { validateMetadata } from '../charts/validateMetadata';
import { writeJson } from '../functions/encoding/writeJson';
import { Fields } from '../functions/encoding/jsonForm';
import type { Values } from '../values';
import { lockFields, metadataFields } from '../releases/metadataFields';
import { gzip } from './gzip';
import { PackagingError, show } from './PackagingError';

/**
 * What is changed of a chart while it is packed.
 *
 * @public
 */
export interface PackageOptions {
  /** Instead of the one in Chart.yaml; see `withBuildMetadata`. */
  version?: string;
  /** Instead of the one in Chart.yaml. */
  appVersion?: string;
  /** Instead of values.yaml. */
  values?: Values;
  /** Of every entry; the beginning of 1970 by default. */
  modified?: Date;
}

/**
 * A packed chart.
 *
 * @public
 */
export interface PackagedChart {
  /** `NAME-VERSION.tgz`. */
  readonly fileName: string;
  /** With the version that it was packed with. */
  readonly metadata: ChartMetadata;
  readonly archive: Uint8Array;
}

const encoder = new TextEncoder();

/**
 * Packs a chart with those in its `charts/` as `helm package` of Helm 4.2 does:
 * Chart.yaml and Chart.lock written anew, then values, schema, templates and
 * other files, then its charts, unpacked. Same chart, same bytes: entries have
 * no owner, mode 0644 and one time. `loadChartArchive` reads it again.
 *
 * Where two charts in `charts/` have one name, which Helm would put into one
 * directory, all but the first are put into `NAME-VERSION`.
 *
 * @throws PackagingError `invalid-chart`, `invalid-schema`, `invalid-path`,
 * `duplicate-path`
 * @public
 */
export async function packageChart(
  chart: Chart,
  options: PackageOptions = {},
): Promise<PackagedChart> {
  const metadata = validate({
    ...chart.metadata,
    version: options.version ?? chart.metadata.version,
    appVersion: options.appVersion ?? chart.metadata.appVersion,
  });
  const files = new Map<string, Uint8Array>();
  const values = options.values && encoder.encode(valuesText(options.values));
  collect({ chart, metadata, values, directory: metadata.name }, files);
  const tar = pack();
  const [bytes] = await Promise.all([
    buffer(tar as unknown as NodeJS.ReadableStream),
    addAll(tar, files, options.modified ?? new Date(0)),
  ]);
  return {
    fileName: `${metadata.name}-${metadata.version}.tgz`,
    metadata,
    archive: await gzip(bytes),
  };
}

interface Part {
  chart: Chart;
  metadata: ChartMetadata;
  values?: Uint8Array;
  directory: string;
}

function collect(part: Part, files: Map<string, Uint8Array>): void {
  const { chart, directory } = part;
  for (const { name, data } of filesOf(part)) {
    const path = `${directory}/${checkPath(name)}`;
    if (files.has(path)) {
      throw new PackagingError(
        'duplicate-path',
        `two files of the chart would have the path ${show(path)}`,
        { file: path },
      );
    }
    files.set(path, data);
  }
  const directories = new Set<string>();
  for (const dependency of chart.dependencies) {
    const metadata = validate(dependency.metadata);
    const { name, version } = metadata;
    const own = directories.has(name) ? `${name}-${version}` : name;
    if (directories.has(own)) {
      throw new PackagingError(
        'duplicate-path',
        `charts/ has the chart ${show(name)} twice in version ${show(version)}`,
        { file: `charts/${own}` },
      );
    }
    directories.add(own);
    collect(
      { chart: dependency, metadata, directory: `${directory}/charts/${own}` },
      files,
    );
  }
}

/** In Helm's order. */
function* filesOf({ chart, metadata, values }: Part): Generator<ChartFile> {
  const isV2 = metadata.apiVersion === 'v2';
  yield {
    name: 'Chart.yaml',
    // Those of `v1` are in requirements.yaml.
    data: yaml(
      metadataFields(
        isV2 ? metadata : { ...metadata, dependencies: undefined },
      ),
    ),
  };
  if (isV2 && chart.lock) {
    yield { name: 'Chart.lock', data: yaml(lockFields(chart.lock)) };
  }
  const written =
    values ?? chart.raw.find(({ name }) => name === 'values.yaml')?.data;
  if (written) {
    yield { name: 'values.yaml', data: written };
  }
  if (chart.schema) {
    checkSchema(chart.schema);
    yield { name: 'values.schema.json', data: chart.schema };
  }
  yield* chart.templates;
  yield* chart.files;
}

async function addAll(
  tar: Pack,
  files: ReadonlyMap<string, Uint8Array>,
  mtime: Date,
): Promise<void> {
  const owner = { uid: 0, gid: 0, uname: '', gname: '' };
  for (const [name, data] of files) {
    await new Promise<void>((resolve, reject) => {
      tar.entry(
        { name, type: 'file', mode: 0o644, mtime, ...owner },
        Buffer.from(data),
        error => (error ? reject(error) : resolve()),
      );
    });
  }
  tar.finalize();
}

/** An empty table is an empty file, as Flux has it. */
function valuesText(values: Values): string {
  return Object.keys(values).length === 0 ? '' : stringifyYaml(values);
}

/** What sigs.k8s.io/yaml makes of a struct: its JSON, with keys sorted. */
function yaml(fields: Fields): Uint8Array {
  return encoder.encode(stringifyYaml(JSON.parse(writeJson(fields))));
}

function validate(metadata: ChartMetadata): ChartMetadata {
  try {
    return validateMetadata(metadata);
  } catch (error) {
    if (error instanceof ChartError) {
      throw new PackagingError('invalid-chart', error.message, {
        file: error.file,
        cause: error,
      });
    }
    throw error;
  }
}

function checkSchema(schema: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder().decode(schema));
  } catch (cause) {
    throw new PackagingError(
      'invalid-schema',
      'invalid JSON in values.schema.json',
      { file: 'values.schema.json', cause },
    );
  }
}

function checkPath(name: string): string {
  const parts = name.split('/');
  if (
    parts.some(part => part === '' || part === '.' || part === '..') ||
    /[\\\0]/.test(name)
  ) {
    throw new PackagingError(
      'invalid-path',
      `${show(name)} is not the path of a file in a chart`,
      { file: name },
    );
  }
  return name;
}
