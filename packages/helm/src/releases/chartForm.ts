import type {
  Chart,
  ChartDependency,
  ChartLock,
  ChartMetadata,
} from '../charts';
import type { Fields } from '../functions/encoding/jsonForm';
import { anyTime, list, map, struct, time } from './goForms';
import { detailsOf, RecordedDetails, RecordedFile } from './RecordedChart';

/**
 * A chart as Helm's struct: without the charts in it and its raw files.
 *
 * @throws ReleaseError `not-representable`
 */
export function chartForm(chart: Chart): Fields {
  const details = detailsOf(chart);
  const { modTime, schemaModTime, nulls } = details;
  return struct({
    metadata: nulls.has('metadata') ? null : metadataForm(chart.metadata),
    lock: chart.lock ? lockForm(chart.lock, nulls) : null,
    templates: filesForm(chart.templates, 'templates', details),
    values: chart.values ?? null,
    schema: chart.schema ?? null,
    schemamodtime: anyTime(schemaModTime, 'chart.schemaModTime'),
    files: filesForm(chart.files, 'files', details),
    modtime: time(modTime, 'chart.modTime'),
  });
}

function filesForm(
  files: readonly RecordedFile[],
  name: string,
  { nulls }: RecordedDetails,
): Fields[] | null {
  if (files.length === 0 && nulls.has(name)) {
    return null;
  }
  return files.map((file, i) =>
    struct({
      name: file.name,
      data: nulls.has(`${name}[${i}].data`) ? null : file.data,
      modtime: time(file.modTime, `chart.${name}[${i}].modTime`),
    }),
  );
}

function metadataForm(metadata: ChartMetadata): Fields {
  return struct({
    name: metadata.name || undefined,
    home: metadata.home || undefined,
    sources: list(metadata.sources),
    version: metadata.version || undefined,
    description: metadata.description || undefined,
    keywords: list(metadata.keywords),
    maintainers: list(
      metadata.maintainers.map(({ name, email, url }) =>
        struct({
          name: name || undefined,
          email: email || undefined,
          url: url || undefined,
        }),
      ),
    ),
    icon: metadata.icon || undefined,
    apiVersion: metadata.apiVersion || undefined,
    condition: metadata.condition || undefined,
    tags: metadata.tags || undefined,
    appVersion: metadata.appVersion || undefined,
    deprecated: metadata.deprecated || undefined,
    annotations: map(metadata.annotations),
    kubeVersion: metadata.kubeVersion || undefined,
    dependencies: list((metadata.dependencies ?? []).map(dependencyForm)),
    type: metadata.type || undefined,
  });
}

function dependencyForm(dependency: ChartDependency): Fields {
  return struct({
    name: dependency.name,
    version: dependency.version || undefined,
    repository: dependency.repository,
    condition: dependency.condition || undefined,
    tags: list(dependency.tags),
    enabled: dependency.enabled || undefined,
    'import-values': list(dependency.importValues),
    alias: dependency.alias || undefined,
  });
}

function lockForm(lock: ChartLock, nulls: ReadonlySet<string>): Fields {
  const empty = lock.dependencies.length === 0;
  return struct({
    generated: anyTime(lock.generated, 'chart.lock.generated'),
    digest: lock.digest,
    dependencies:
      empty && nulls.has('lock.dependencies')
        ? null
        : lock.dependencies.map(dependencyForm),
  });
}
