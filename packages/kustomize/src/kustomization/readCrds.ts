import {
  JsonObject,
  JsonValue,
  YamlError,
  getOwn,
  isJsonObject,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { FieldSpec } from '../fields/FieldSpec';
import { Loader } from '../files/Loader';
import { TransformerConfig } from '../transformers/defaults';
import {
  emptyTransformerConfig,
  mergeConfig,
} from '../transformers/mergeConfig';

const EXTENSION = 'x-kubernetes-';
/** Definitions may refer to each other this deep. */
const MAX_DEPTH = 64;

function parse(text: string, file: string): JsonObject {
  try {
    const value = parseDocuments(text, { file, duplicateKeys: 'last' })[0]
      ?.value;
    if (isJsonObject(value)) {
      return value;
    }
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: error.message,
        file,
        field: 'crds',
        cause: error,
      });
    }
    throw error;
  }
  throw new KustomizeError({
    code: 'invalid-kustomization',
    problem: 'the file is not a mapping of definitions',
    file,
    field: 'crds',
  });
}

/** The keys of Go's structures are found whatever their case. */
function anyCase(value: JsonValue | undefined, name: string): JsonObject {
  if (!isJsonObject(value)) {
    return {};
  }
  const key = Object.keys(value).find(item => item.toLowerCase() === name);
  const found = key === undefined ? undefined : value[key];
  return isJsonObject(found) ? found : {};
}

function propertiesOf(definitions: JsonObject, name: string): JsonObject {
  const schema = anyCase(getOwn(definitions, name), 'schema');
  return isJsonObject(schema.properties) ? schema.properties : {};
}

/** Reads the fields of one kind, through the types that it refers to. */
class DefinitionReader {
  private readonly config = emptyTransformerConfig();
  private readonly kind: string;

  constructor(
    private readonly definitions: JsonObject,
    private readonly file: string,
    private readonly type: string,
  ) {
    this.kind = type.slice(type.lastIndexOf('.') + 1);
  }

  read(): TransformerConfig {
    this.visit(this.type, []);
    return this.config;
  }

  private visit(type: string, path: readonly string[]): void {
    if (path.length > MAX_DEPTH) {
      throw new KustomizeError({
        code: 'invalid-kustomization',
        problem: `the definition ${this.type} refers to itself`,
        file: this.file,
        field: 'crds',
      });
    }
    const properties = propertiesOf(this.definitions, type);
    for (const name of Object.keys(properties)) {
      const property = properties[name];
      if (isJsonObject(property)) {
        this.visitProperty(property, [...path, name]);
      }
    }
  }

  private visitProperty(property: JsonObject, path: readonly string[]): void {
    const extension = (name: string): string | undefined => {
      const key = Object.keys(property).find(
        item => item.toLowerCase() === EXTENSION + name,
      );
      const value = key === undefined ? undefined : property[key];
      return typeof value === 'string' ? value : undefined;
    };
    const field: FieldSpec = { kind: this.kind, path: path.join('/') };
    if (extension('annotation') !== undefined) {
      this.config.commonAnnotations.push(field);
    }
    if (extension('label-selector') !== undefined) {
      this.config.commonLabels.push(field);
    }
    if (extension('identity') !== undefined) {
      this.config.namePrefix.push(field);
    }
    const version = extension('object-ref-api-version');
    const kind = extension('object-ref-kind');
    if (version !== undefined && kind !== undefined) {
      const key = extension('object-ref-name-key') ?? 'name';
      this.config.nameReference.push({
        group: '',
        version,
        kind,
        fieldSpecs: [{ ...field, path: `${field.path}/${key}` }],
      });
    }
    if (typeof property.$ref === 'string' && property.$ref !== '') {
      this.visit(property.$ref, path);
    }
  }
}

/**
 * Reads the files of `crds`: OpenAPI definitions by type name, in which
 * extensions mark the fields that transformers change. Fields belong to the
 * kind that the type name ends in, in every group.
 *
 * @throws KustomizeError
 */
export function readCrds(
  paths: readonly string[],
  loader: Loader,
): TransformerConfig {
  let result = emptyTransformerConfig();
  for (const path of paths) {
    const definitions = parse(loader.loadText(path), path);
    for (const name of Object.keys(definitions)) {
      const properties = propertiesOf(definitions, name);
      if (['apiVersion', 'kind', 'metadata'].every(key => properties[key])) {
        const reader = new DefinitionReader(definitions, path, name);
        result = mergeConfig(result, reader.read());
      }
    }
  }
  return result;
}
