import type { ChartDependency, ChartLock, ChartMetadata } from '../charts';
import { RecordedChart, RecordedFile } from './RecordedChart';
import { RecordFields } from './RecordFields';
import { ZERO_TIME } from './recordTime';

/**
 * The chart of a record.
 *
 * @throws ReleaseError `invalid-field`
 */
export function readChart(fields: RecordFields): RecordedChart {
  const nulls = new Set<string>();
  const note = (path: string, absent: boolean) => absent && nulls.add(path);
  const readFiles = (list: string): RecordedFile[] => {
    note(list, fields.isNull(list));
    return fields.structs(list, (file, i) => {
      const data = file.bytes('data');
      note(`${list}[${i}].data`, data === undefined);
      return {
        name: file.string('name'),
        data: data ?? new Uint8Array(),
        modTime: file.time('modtime'),
      };
    });
  };
  const metadata = fields.struct('metadata');
  note('metadata', metadata === undefined);
  const lock = fields.struct('lock');
  note('lock.dependencies', lock?.isNull('dependencies') ?? false);
  return new RecordedChart({
    metadata: readMetadata(metadata ?? RecordFields.of({})!),
    lock: lock && readLock(lock),
    templates: readFiles('templates'),
    values: fields.values('values'),
    schema: fields.bytes('schema'),
    files: readFiles('files'),
    details: {
      modTime: fields.time('modtime'),
      schemaModTime: fields.anyTime('schemamodtime'),
      nulls,
    },
  });
}

function readMetadata(fields: RecordFields): ChartMetadata {
  return {
    name: fields.string('name'),
    home: fields.string('home'),
    sources: fields.strings('sources'),
    version: fields.string('version'),
    description: fields.string('description'),
    keywords: fields.strings('keywords'),
    maintainers: fields.structs('maintainers', maintainer => ({
      name: maintainer.string('name'),
      email: maintainer.string('email'),
      url: maintainer.string('url'),
    })),
    icon: fields.string('icon'),
    apiVersion: fields.string('apiVersion'),
    condition: fields.string('condition'),
    tags: fields.string('tags'),
    appVersion: fields.string('appVersion'),
    deprecated: fields.boolean('deprecated'),
    annotations: fields.texts('annotations'),
    kubeVersion: fields.string('kubeVersion'),
    dependencies: fields.isNull('dependencies')
      ? undefined
      : fields.structs('dependencies', readDependency),
    type: fields.string('type'),
  };
}

function readLock(fields: RecordFields): ChartLock {
  return {
    generated: fields.anyTime('generated') ?? ZERO_TIME,
    digest: fields.string('digest'),
    dependencies: fields.structs('dependencies', readDependency),
  };
}

function readDependency(fields: RecordFields): ChartDependency {
  return {
    name: fields.string('name'),
    version: fields.string('version'),
    repository: fields.string('repository'),
    condition: fields.string('condition'),
    tags: fields.strings('tags'),
    enabled: fields.boolean('enabled'),
    importValues: fields.list('import-values'),
    alias: fields.string('alias'),
  };
}
