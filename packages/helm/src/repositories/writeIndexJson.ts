import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { Fields } from '../functions/encoding/jsonForm';
import { writeJson } from '../functions/encoding/writeJson';
import { metadataFields } from '../releases/metadataFields';
import { ZERO_TIME } from '../releases/recordTime';
import { IndexedChart, RepositoryIndex } from './RepositoryIndex';

/**
 * The index as JSON, as Flux 2.9 stores it: what Go's `json.MarshalIndent` with
 * two blanks gives for Helm's struct. Same index, same text. Fields that
 * `readIndex` forgets (`serverInfo`, and those of Helm 2) are not in it.
 *
 * @public
 */
export function writeIndexJson(index: RepositoryIndex): string {
  const { apiVersion, generated, publicKeys, annotations } = index;
  // By hand as far as the charts: one text of all could be too long.
  const entries = [...index.entries.keys()]
    .sort(compareCodePoints)
    .map(name => {
      const charts = index.entries
        .get(name)!
        .map(chart => indented(chartFields(chart), '      '));
      const list =
        charts.length === 0
          ? '[]'
          : `[\n      ${charts.join(',\n      ')}\n    ]`;
      return `    ${writeJson(name)}: ${list}`;
    });
  const fields = [
    `"apiVersion": ${writeJson(apiVersion)}`,
    `"generated": ${writeJson(generated ?? ZERO_TIME)}`,
    `"entries": ${entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n  }`}`,
  ];
  if (publicKeys.length > 0) {
    fields.push(`"publicKeys": ${indented(publicKeys, '  ')}`);
  }
  if (Object.keys(annotations).length > 0) {
    fields.push(`"annotations": ${indented(annotations, '  ')}`);
  }
  return `{\n  ${fields.join(',\n  ')}\n}`;
}

function chartFields(chart: IndexedChart): Fields {
  return new Fields([
    ...metadataFields(chart.metadata).entries,
    ['urls', chart.urls.length === 0 ? null : chart.urls],
    ['created', chart.created ?? ZERO_TIME],
    ...(chart.removed ? [['removed', true] as const] : []),
    ...(chart.digest === '' ? [] : [['digest', chart.digest] as const]),
  ]);
}

function indented(value: unknown, by: string): string {
  return writeJson(value, { pretty: true }).replaceAll('\n', `\n${by}`);
}
