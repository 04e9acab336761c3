import {
  JsonValue,
  parseSpelledDocuments,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import { ChartError } from '../charts';
import { ChartMetadata, EMPTY_METADATA } from '../charts/ChartMetadata';
import { validateMetadata } from '../charts/validateMetadata';
import { compareVersions, parseVersion } from '../semver';
import type { OnWarning } from '../values';
import { boundsOfJson } from './boundsOfJson';
import { decodeChart, DecodedChart } from './decodeChart';
import { IndexDecoder, IndexNode } from './IndexDecoder';
import { RepositoryError } from './RepositoryError';
import { SkippedCharts } from './SkippedCharts';
import { IndexedChart, IndexLimits, RepositoryIndex } from './RepositoryIndex';

const DEFAULTS: Required<IndexLimits> = {
  maxBytes: 50 * 1024 * 1024,
  maxEntries: 200_000,
  maxValues: 10_000_000,
};
const MAX_DEPTH = 100;

/**
 * How an index is read.
 *
 * @public
 */
export interface ReadIndexOptions {
  limits?: IndexLimits;
  /** Told of charts that are left out, at most twenty times; then how many. */
  onWarning?: OnWarning;
}

/**
 * Reads the index of a repository, `index.yaml`, which may be JSON, as Helm 4.2
 * and Flux 2.9 do. YAML may hold only fields that Helm knows. Charts that Helm
 * would refuse are left out, names and other texts of the rest are cleaned of
 * what is not printable; of equal versions, the first in the file is first.
 *
 * @throws RepositoryError `invalid-index`, `invalid-field`,
 * `missing-api-version`, `limit`
 * @public
 */
export function readIndex(
  bytes: Uint8Array,
  options: ReadIndexOptions = {},
): RepositoryIndex {
  const limits = { ...DEFAULTS, ...options.limits };
  if (bytes.length > limits.maxBytes) {
    throw new RepositoryError(
      'limit',
      `the index is larger than ${limits.maxBytes} bytes`,
    );
  }
  const { root, decoder } = parse(bytes, limits);
  const skipped = new SkippedCharts(options.onWarning);
  const entries = new Map<string, IndexedChart[]>();
  let apiVersion = '';
  let generated: string | undefined;
  let publicKeys: string[] = [];
  let annotations: Record<string, string> = {};
  let count = 0;
  const countEntry = () => {
    if (++count > limits.maxEntries) {
      throw new RepositoryError(
        'limit',
        `the index has more than ${limits.maxEntries} versions of charts`,
      );
    }
  };
  decoder.fields(root, {
    // What ChartMuseum tells of itself.
    serverInfo: value => decoder.entries(value, () => {}),
    apiVersion: value => {
      apiVersion = decoder.lenientText(value);
    },
    generated: value => {
      generated = decoder.time(value);
    },
    entries: value =>
      decoder.entries(value, (name, list) => {
        const charts = decoder.list(list, item => {
          countEntry();
          return decodeChart(decoder, item);
        });
        entries.set(name, sorted(name, charts, skipped));
      }),
    publicKeys: value => {
      publicKeys = decoder.lenientTexts(value);
    },
    annotations: value => {
      annotations = decoder.table(value, item => decoder.lenientText(item));
    },
  });
  if (apiVersion === '') {
    throw new RepositoryError(
      'missing-api-version',
      'the index has no apiVersion',
    );
  }
  skipped.end();
  return { apiVersion, generated, entries, publicKeys, annotations };
}

function parse(
  bytes: Uint8Array,
  { maxBytes, maxValues }: Required<IndexLimits>,
): { root: IndexNode; decoder: IndexDecoder } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RepositoryError('invalid-index', 'the index is not UTF-8', {
      cause,
    });
  }
  if (text === '') {
    throw new RepositoryError('invalid-index', 'the index is empty');
  }
  if (/^[ \t\r\n]*\{/.test(text)) {
    const root = parseJson(text, bytes, maxValues);
    if (root !== undefined) {
      return { root, decoder: new IndexDecoder('json') };
    }
  }
  try {
    const [document] = parseSpelledDocuments(text, {
      file: 'index.yaml',
      maxDepth: MAX_DEPTH,
      maxLength: maxBytes,
      budget: { values: maxValues },
    });
    return {
      root: document?.value ?? null,
      decoder: new IndexDecoder('yaml'),
    };
  } catch (cause) {
    const isTooMuch =
      cause instanceof YamlError &&
      (cause.code === 'limit' || cause.code === 'too-large');
    throw new RepositoryError(
      isTooMuch ? 'limit' : 'invalid-index',
      `cannot load the index: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Undefined where it is not JSON: flow mappings of YAML look like it. */
function parseJson(
  text: string,
  bytes: Uint8Array,
  maxValues: number,
): JsonValue | undefined {
  // JSON.parse has no bounds of its own.
  const { depth, values } = boundsOfJson(bytes);
  if (depth > MAX_DEPTH || values > maxValues) {
    throw new RepositoryError(
      'limit',
      depth > MAX_DEPTH
        ? `the index is nested more than ${MAX_DEPTH} levels deep`
        : `the index has more than ${maxValues} values`,
    );
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** What is valid of the versions of a chart, the highest first. */
function sorted(
  name: string,
  charts: readonly (DecodedChart | undefined)[],
  skipped: SkippedCharts,
): IndexedChart[] {
  const valid = charts.flatMap(decoded => {
    if (!decoded) {
      skipped.add(name, '', 'empty entry');
      return [];
    }
    const { chart, nulls } = decoded;
    try {
      const metadata = validate(chart.metadata, nulls);
      const version = parseVersion(metadata.version);
      return [{ chart: { ...chart, metadata }, version }];
    } catch (error) {
      if (!(error instanceof ChartError)) {
        throw error;
      }
      skipped.add(name, chart.metadata.version, error.message);
      return [];
    }
  });
  return valid
    .sort((a, b) => compareVersions(b.version, a.version))
    .map(({ chart }) => chart);
}

/**
 * Dependencies are validated one by one: that two have one name does not
 * matter in an index, since some servers leave the aliases out.
 */
function validate(
  metadata: ChartMetadata,
  nulls: readonly string[],
): ChartMetadata {
  if (nulls.length > 0) {
    throw new ChartError(
      'invalid-metadata',
      `validation: ${nulls.join(' and ')} must not contain empty or null nodes`,
    );
  }
  const { dependencies } = metadata;
  return {
    ...validateMetadata({
      ...metadata,
      apiVersion: metadata.apiVersion || 'v1',
      dependencies: undefined,
    }),
    dependencies: dependencies?.flatMap(
      dependency =>
        validateMetadata({
          ...EMPTY_METADATA,
          apiVersion: 'v2',
          name: 'chart',
          version: '0.0.0',
          dependencies: [dependency],
        }).dependencies ?? [],
    ),
  };
}
