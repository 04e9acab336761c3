import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { trim } from '../text/space';
import { parseSet } from './parseSet';
import { parse } from './readJsonPrefix';
import { readValues } from './readValues';
import { copyValues, mergeMaps, Values } from './tables';
import { ValuesError } from './ValuesError';

/**
 * Where the values of a user come from, after the options of the `helm`
 * command.
 *
 * @public
 */
export interface ValueSources {
  /** Values files, later ones win. */
  files?: readonly { name: string; content: string }[];
  /** `key=JSON`, or a JSON object. */
  setJson?: readonly string[];
  set?: readonly string[];
  setString?: readonly string[];
  setFile?: readonly string[];
  setLiteral?: readonly string[];
  /** Content of a file named by `setFile`; without it, there are none. */
  readFile?: (path: string) => string;
}

/**
 * All values of a user as one table, in Helm 4's order: files, then JSON,
 * `set`, `setString`, `setFile`, `setLiteral`; what comes later wins. Nulls are
 * kept: they remove keys of the chart later.
 *
 * @throws ValuesError `invalid-yaml`, `invalid-set`
 * @public
 */
export function combineValues(sources: ValueSources): Values {
  let values: Values = {};
  for (const { name, content } of sources.files ?? []) {
    values = mergeMaps(values, readValues(content, name));
  }
  // Single values are set in place.
  values = copyValues(values);
  for (const text of sources.setJson ?? []) {
    if (trim(text).startsWith('{')) {
      values = mergeMaps(values, readObject(trim(text)));
    } else {
      parseSet('set-json', text, values);
    }
  }
  for (const text of sources.set ?? []) {
    parseSet('set', text, values);
  }
  for (const text of sources.setString ?? []) {
    parseSet('set-string', text, values);
  }
  for (const text of sources.setFile ?? []) {
    parseSet('set-file', text, values, {
      readFile: sources.readFile ?? refuseFile,
    });
  }
  for (const text of sources.setLiteral ?? []) {
    parseSet('set-literal', text, values);
  }
  return values;
}

function readObject(text: string): Values {
  const value = parse(text);
  if (!isJsonObject(value)) {
    throw new ValuesError('invalid-set', 'the JSON is no object');
  }
  return copyValues(value);
}

function refuseFile(): never {
  throw new ValuesError('invalid-set', 'there are no files to set values from');
}
