import type { Chart, ChartLock } from '../charts';
import type { Fields } from '../functions/encoding/jsonForm';
import { anyTime, struct, time } from './goForms';
import { dependencyFields, metadataFields } from './metadataFields';
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
    metadata: nulls.has('metadata') ? null : metadataFields(chart.metadata),
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

function lockForm(lock: ChartLock, nulls: ReadonlySet<string>): Fields {
  const empty = lock.dependencies.length === 0;
  return struct({
    generated: anyTime(lock.generated, 'chart.lock.generated'),
    digest: lock.digest,
    dependencies:
      empty && nulls.has('lock.dependencies')
        ? null
        : lock.dependencies.map(dependencyFields),
  });
}
