import type { ChartDependency, ChartMaintainer } from '../charts';
import { ChartMetadata, EMPTY_METADATA } from '../charts/ChartMetadata';
import { IndexDecoder, IndexNode } from './IndexDecoder';
import { IndexedChart } from './RepositoryIndex';

/** A version of a chart as the index has it, before it is validated. */
export interface DecodedChart {
  chart: IndexedChart;
  /** Lists that hold null: Helm skips the chart for them. */
  nulls: readonly string[];
}

/**
 * Decodes a version of a chart; undefined for null.
 *
 * @throws RepositoryError `invalid-field`
 */
export function decodeChart(
  decoder: IndexDecoder,
  node: IndexNode,
): DecodedChart | undefined {
  if (node === null) {
    return undefined;
  }
  const metadata: ChartMetadata = { ...EMPTY_METADATA };
  const nulls = new Set<string>();
  const structs = <T>(
    name: string,
    list: IndexNode,
    read: (item: IndexNode) => T,
  ): T[] =>
    decoder
      .list(list, item => {
        if (item !== null) {
          return read(item);
        }
        nulls.add(name);
        return undefined;
      })
      .filter(item => item !== undefined);

  let urls: string[] = [];
  let created: string | undefined;
  let removed = false;
  let digest = '';
  const text = (name: TextField) => (value: IndexNode) => {
    metadata[name] = decoder.text(value);
  };
  // Fields of Helm 2, which Helm reads and forgets.
  const forgotten = (value: IndexNode) => {
    decoder.lenientText(value);
  };
  decoder.fields(node, {
    name: text('name'),
    home: text('home'),
    sources: value => {
      metadata.sources = decoder.texts(value);
    },
    version: text('version'),
    description: text('description'),
    keywords: value => {
      metadata.keywords = decoder.texts(value);
    },
    maintainers: value => {
      metadata.maintainers = structs('maintainers', value, item =>
        decodeMaintainer(decoder, item),
      );
    },
    icon: text('icon'),
    apiVersion: text('apiVersion'),
    condition: text('condition'),
    tags: text('tags'),
    appVersion: text('appVersion'),
    deprecated: value => {
      metadata.deprecated = decoder.flag(value);
    },
    annotations: value => {
      metadata.annotations = decoder.table(value);
    },
    kubeVersion: text('kubeVersion'),
    dependencies: value => {
      if (value !== null) {
        metadata.dependencies = structs('dependencies', value, item =>
          decodeDependency(decoder, item),
        );
      }
    },
    type: text('type'),
    urls: value => {
      urls = decoder.lenientTexts(value);
    },
    created: value => {
      created = decoder.time(value);
    },
    removed: value => {
      removed = decoder.flag(value);
    },
    digest: value => {
      digest = decoder.lenientText(value);
    },
    checksum: forgotten,
    engine: forgotten,
    tillerVersion: forgotten,
    url: forgotten,
  });
  return {
    chart: { metadata, urls, created, removed, digest },
    nulls: [...nulls],
  };
}

type TextField = {
  [K in keyof ChartMetadata]: ChartMetadata[K] extends string ? K : never;
}[Exclude<keyof ChartMetadata, 'dependencies'>];

function decodeMaintainer(
  decoder: IndexDecoder,
  node: IndexNode,
): ChartMaintainer {
  const maintainer: ChartMaintainer = { name: '', email: '', url: '' };
  const text = (name: keyof ChartMaintainer) => (value: IndexNode) => {
    maintainer[name] = decoder.text(value);
  };
  decoder.fields(node, {
    name: text('name'),
    email: text('email'),
    url: text('url'),
  });
  return maintainer;
}

function decodeDependency(
  decoder: IndexDecoder,
  node: IndexNode,
): ChartDependency {
  const dependency: ChartDependency = {
    name: '',
    version: '',
    repository: '',
    condition: '',
    tags: [],
    enabled: false,
    importValues: [],
    alias: '',
  };
  const text =
    (name: 'name' | 'version' | 'repository' | 'condition' | 'alias') =>
    (value: IndexNode) => {
      dependency[name] = decoder.text(value);
    };
  decoder.fields(node, {
    name: text('name'),
    version: text('version'),
    repository: text('repository'),
    condition: text('condition'),
    tags: value => {
      dependency.tags = decoder.texts(value);
    },
    enabled: value => {
      dependency.enabled = decoder.flag(value);
    },
    'import-values': value => {
      dependency.importValues = decoder.list(value, item => decoder.any(item));
    },
    alias: text('alias'),
  });
  return dependency;
}
