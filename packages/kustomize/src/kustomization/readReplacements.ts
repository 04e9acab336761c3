import {
  JsonObject,
  JsonValue,
  YamlError,
  isJsonObject,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { FieldReader } from './FieldReader';
import { Selector } from './Kustomization';
import { readSelector } from './readKustomization';

/** How a part of a value is taken or replaced. */
export interface FieldOptions {
  delimiter: string;
  index: number;
  create: boolean;
}

/** Where a replaced value goes. */
export interface ReplacementTarget {
  select: Selector;
  reject: Selector[];
  fieldPaths: string[];
  options: FieldOptions;
}

/** An entry of `replacements`. */
export interface Replacement {
  source?: { selector: Selector; fieldPath: string; options: FieldOptions };
  sourceValue?: string;
  targets: ReplacementTarget[];
}

/**
 * Reads the entries of `replacements`, following those that name a file with
 * one replacement or a list of them. `file` is where they are written.
 *
 * @throws KustomizeError
 */
export function readReplacements(
  entries: readonly JsonObject[],
  loader: Loader,
  file: string,
): Replacement[] {
  return entries.flatMap((entry, i) => {
    const place = `replacements[${i}]`;
    const path = entry.path;
    if (path === undefined || path === null || path === '') {
      return [readReplacement(entry, place, file)];
    }
    if (typeof path !== 'string' || entry.source || entry.targets) {
      throw new KustomizeError({
        code: 'invalid-kustomization',
        problem: 'a replacement has a path or is written inline, not both',
        file,
        field: place,
      });
    }
    return readFile(loader, path);
  });
}

function readFile(loader: Loader, path: string): Replacement[] {
  let value: JsonValue;
  try {
    const options = {
      file: path,
      duplicateKeys: 'last' as const,
      ...loader.budget.parsing,
    };
    value = parseDocuments(loader.loadText(path), options)[0]?.value ?? null;
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: error.message,
        file: path,
        cause: error,
      });
    }
    throw error;
  }
  const entries = Array.isArray(value) ? value : [value];
  return entries.map(entry => readReplacement(entry, '', path));
}

function readReplacement(
  entry: JsonValue,
  place: string,
  file: string,
): Replacement {
  if (!isJsonObject(entry)) {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: 'a replacement is not a mapping',
      file,
      field: place,
    });
  }
  const fields = FieldReader.of(entry, place, file, true);
  const replacement: Replacement = {
    source: fields.object('source', source => ({
      selector: readSelector(source),
      fieldPath: source.string('fieldPath'),
      options: readOptions(source),
    })),
    sourceValue: fields.has('sourceValue')
      ? fields.string('sourceValue')
      : undefined,
    targets: fields.list('targets', target => {
      const select = target.object('select', readSelector);
      if (!select) {
        throw new KustomizeError({
          code: 'invalid-kustomization',
          problem: 'a target selects nothing',
          file,
          field: `${place}.targets`,
        });
      }
      return {
        select,
        reject: target.list('reject', readSelector),
        fieldPaths: target.strings('fieldPaths'),
        options: readOptions(target),
      };
    }),
  };
  const hasSource =
    replacement.source !== undefined || replacement.sourceValue !== undefined;
  if (!hasSource || !fields.has('targets')) {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: 'a replacement needs a source and at least one target',
      file,
      field: place,
    });
  }
  return replacement;
}

function readOptions(fields: FieldReader): FieldOptions {
  return (
    fields.object('options', options => ({
      delimiter: options.string('delimiter'),
      index: options.integer('index'),
      create: options.boolean('create'),
    })) ?? { delimiter: '', index: 0, create: false }
  );
}
