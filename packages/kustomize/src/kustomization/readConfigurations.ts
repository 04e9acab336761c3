import { YamlError, parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { TransformerConfig } from '../transformers/defaults';
import {
  emptyTransformerConfig,
  mergeConfig,
} from '../transformers/mergeConfig';
import { FieldReader } from './FieldReader';
import { readFieldSpec } from './readFieldSpec';

/**
 * Reads the files of `configurations`: further fields for the transformers.
 *
 * @throws KustomizeError
 */
export function readConfigurations(
  paths: readonly string[],
  loader: Loader,
): TransformerConfig {
  let result = emptyTransformerConfig();
  for (const path of paths) {
    result = mergeConfig(result, readConfiguration(path, loader));
  }
  return result;
}

function readConfiguration(path: string, loader: Loader): TransformerConfig {
  const text = loader.loadText(path);
  let fields: FieldReader;
  try {
    const value = parseYaml(text, {
      file: path,
      duplicateKeys: 'last',
      ...loader.budget.parsing,
    });
    fields = FieldReader.of(value ?? {}, '', path, true);
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
  const specs = (name: string) => fields.list(name, readFieldSpec);
  return {
    namePrefix: specs('namePrefix'),
    nameSuffix: specs('nameSuffix'),
    namespace: specs('namespace'),
    labels: specs('labels'),
    commonLabels: specs('commonLabels'),
    templateLabels: specs('templateLabels'),
    commonAnnotations: specs('commonAnnotations'),
    nameReference: fields.list('nameReference', reference => ({
      group: reference.string('group'),
      version: reference.string('version'),
      kind: reference.string('kind'),
      fieldSpecs: reference.list('fieldSpecs', readFieldSpec),
    })),
    varReference: specs('varReference'),
    images: specs('images'),
    replicas: specs('replicas'),
  };
}
