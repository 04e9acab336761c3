import {
  JsonValue,
  YamlError,
  parseYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { baseName } from '../files/paths';
import { FieldReader } from './FieldReader';
import { Selector } from './Kustomization';
import { readSelector } from './readKustomization';

/** What the plugin ValueAddTransformer is configured with. */
export interface ValueAdd {
  value: string;
  targets: { selector?: Selector; fieldPath: string; position: number }[];
}

/**
 * Reads the configuration; the value is the name of the directory by default.
 *
 * @throws KustomizeError
 */
export function readValueAdd(fields: FieldReader, loader: Loader): ValueAdd {
  const value = fields.string('value').trim() || baseName(loader.root) || '/';
  const targets = readTargets(fields);
  const path = fields.string('targetFilePath');
  if (path) {
    targets.push(
      ...readTargets(
        FieldReader.of(
          parse(loader.loadText(path), path) ?? {},
          '',
          path,
          true,
        ),
      ),
    );
  }
  const fail = (problem: string): never => {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem,
      file: path || undefined,
      field: 'targets',
    });
  };
  if (targets.length === 0) {
    fail('at least one target is needed');
  }
  if (targets.some(target => target.fieldPath === '')) {
    fail('a target has no fieldPath');
  }
  if (targets.some(target => target.position < 0)) {
    fail('a filePathPosition is negative');
  }
  return { value, targets };
}

function readTargets(fields: FieldReader): ValueAdd['targets'] {
  return fields.list('targets', target => ({
    selector: target.object('selector', readSelector),
    fieldPath: target.string('fieldPath'),
    position: target.integer('filePathPosition'),
  }));
}

function parse(text: string, file: string): JsonValue {
  try {
    return parseYaml(text, { file, duplicateKeys: 'last' });
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: error.message,
        file,
        cause: error,
      });
    }
    throw error;
  }
}
