import { ChartError } from './ChartError';
import {
  ChartDependency,
  ChartLock,
  ChartMaintainer,
  ChartMetadata,
  EMPTY_METADATA,
} from './ChartMetadata';
import { FieldType, readStruct } from './readStruct';

type Fields = Readonly<Record<string, { name: string; type: FieldType }>>;

/** Fields whose names are the same in YAML. */
function fields(types: Readonly<Record<string, FieldType>>): Fields {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, { name, type }]),
  );
}

const DEPENDENCY: FieldType = {
  struct: {
    ...fields({
      name: 'string',
      version: 'string',
      repository: 'string',
      condition: 'string',
      tags: { list: 'string' },
      enabled: 'boolean',
      alias: 'string',
    }),
    'import-values': { name: 'importValues', type: { list: 'any' } },
  },
};

const METADATA: FieldType = {
  struct: fields({
    name: 'string',
    home: 'string',
    sources: { list: 'string' },
    version: 'string',
    description: 'string',
    keywords: { list: 'string' },
    maintainers: {
      list: {
        struct: fields({ name: 'string', email: 'string', url: 'string' }),
      },
    },
    icon: 'string',
    apiVersion: 'string',
    condition: 'string',
    tags: 'string',
    appVersion: 'string',
    deprecated: 'boolean',
    annotations: { map: 'string' },
    kubeVersion: 'string',
    dependencies: { list: DEPENDENCY },
    type: 'string',
  }),
};

const LOCK: FieldType = {
  struct: fields({
    generated: 'string',
    digest: 'string',
    dependencies: { list: DEPENDENCY },
  }),
};

const EMPTY_DEPENDENCY: Readonly<ChartDependency> = {
  name: '',
  version: '',
  repository: '',
  condition: '',
  tags: [],
  enabled: false,
  importValues: [],
  alias: '',
};

/**
 * Reads Chart.yaml, or requirements.yaml over what Chart.yaml said.
 *
 * @throws ChartError `invalid-chart-file`, `invalid-metadata`
 */
export function readMetadata(
  text: string,
  file: string,
  base: ChartMetadata = EMPTY_METADATA,
): ChartMetadata {
  const read = readStruct(text, file, METADATA) as Partial<ChartMetadata>;
  const metadata: ChartMetadata = { ...EMPTY_METADATA, ...base, ...read };
  metadata.sources = strings(metadata.sources);
  metadata.keywords = strings(metadata.keywords);
  metadata.maintainers = each<ChartMaintainer>(
    metadata.maintainers,
    'maintainers',
    { name: '', email: '', url: '' },
  );
  if (metadata.dependencies) {
    metadata.dependencies = readDependencies(metadata.dependencies);
  }
  return metadata;
}

/**
 * Reads Chart.lock or requirements.lock.
 *
 * @throws ChartError `invalid-chart-file`
 */
export function readLock(text: string, file: string): ChartLock {
  const { generated, digest, dependencies } = readStruct(
    text,
    file,
    LOCK,
  ) as Partial<ChartLock>;
  return {
    generated: generated ?? '0001-01-01T00:00:00Z',
    digest: digest ?? '',
    dependencies: readDependencies(dependencies ?? []),
  };
}

function readDependencies(
  list: readonly (ChartDependency | undefined)[],
): ChartDependency[] {
  return each(list, 'dependencies', EMPTY_DEPENDENCY).map(dependency => ({
    ...dependency,
    tags: strings(dependency.tags),
    importValues: dependency.importValues.map(item => item ?? null),
  }));
}

/** Null in a list of strings is an empty one. */
function strings(list: readonly (string | undefined)[]): string[] {
  return list.map(item => item ?? '');
}

function each<T extends object>(
  list: readonly (T | undefined)[],
  field: string,
  empty: T,
): T[] {
  return list.map(item => {
    if (item === undefined) {
      throw new ChartError(
        'invalid-metadata',
        `validation: ${field} must not contain empty or null nodes`,
      );
    }
    return { ...empty, ...item };
  });
}
