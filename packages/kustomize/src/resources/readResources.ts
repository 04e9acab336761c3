import {
  YamlError,
  parseSpelledDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import {
  YamlMap,
  YamlNode,
  getField,
  isMap,
  isMissing,
  isNull,
  textOf,
} from '../fields/YamlNode';
import { Schemas } from '../schemas/Schemas';
import { readBuildNotes } from './readBuildNotes';
import { Resource } from './Resource';

/**
 * Reads the resources of a text: documents without content are left out,
 * lists (any kind that ends in `List` and has `items`) are taken apart behind
 * what is not in a list.
 *
 * @throws KustomizeError `invalid-yaml` or `invalid-resource`
 */
export function readResources(
  text: string,
  options: { file?: string; schemas?: Schemas; budget?: Budget } = {},
): Resource[] {
  const { file, schemas, budget } = options;
  const nodes: YamlMap[] = [];
  for (const { value, index } of parse(text, file, budget)) {
    const node = value as YamlNode;
    if (isNull(node) || (isMap(node) && Object.keys(node).length === 0)) {
      continue;
    }
    if (!isMap(node)) {
      throw new KustomizeError({
        code: 'invalid-resource',
        problem: `document ${index + 1} is not a mapping`,
        file,
      });
    }
    nodes.push(node);
  }
  return expandLists(nodes, file).map(node => {
    const resource = new Resource(node, schemas);
    readBuildNotes(resource, file);
    return resource;
  });
}

// Directives, ends of documents, and separators with content.
const UNUSUAL_STREAM = /^(?:%|\.\.\.|---[ \t]+[^#\s])/m;

/**
 * kustomize splits a text at lines that start with `---` before it reads it,
 * and takes the first document of each part.
 */
function splitDocuments(text: string, file: string | undefined): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const match of text.matchAll(/\n---([^\n]*)\n/g)) {
    const content = match[1].trim();
    if (content !== '' && !content.startsWith('#')) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: 'a document separator is followed by content',
        file,
        hint: 'start the document on the next line',
      });
    }
    parts.push(text.slice(start, match.index + 1));
    start = match.index + match[0].length;
  }
  return [...parts, text.slice(start)];
}

function parse(
  text: string,
  file: string | undefined,
  budget: Budget | undefined,
) {
  try {
    const options = {
      dialect: 'go-yaml-v3' as const,
      file,
      ...budget?.parsing,
    };
    return UNUSUAL_STREAM.test(text)
      ? splitDocuments(text, file).flatMap(part =>
          parseSpelledDocuments(part, options).slice(0, 1),
        )
      : parseSpelledDocuments(text, options);
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

function expandLists(nodes: YamlMap[], file: string | undefined): YamlMap[] {
  const result: YamlMap[] = [];
  const queue = [...nodes];
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i];
    checkMetadata(node, file);
    const kind = textOf(getField(node, 'kind'));
    const items = getField(node, 'items');
    if (!kind.endsWith('List') || items === undefined) {
      result.push(node);
      continue;
    }
    if (isNull(items)) {
      continue;
    }
    if (!Array.isArray(items)) {
      throw new KustomizeError({
        code: 'invalid-resource',
        problem: `the items of ${kind} are not a list`,
        file,
        field: 'items',
      });
    }
    for (const item of items) {
      if (isNull(item)) {
        continue;
      }
      if (!isMap(item)) {
        throw new KustomizeError({
          code: 'invalid-resource',
          problem: `an item of ${kind} is not a mapping`,
          file,
          field: 'items',
        });
      }
      queue.push(item);
    }
  }
  return result;
}

function checkMetadata(node: YamlMap, file: string | undefined): void {
  const fail = (problem: string, field: string): never => {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem,
      file,
      field,
    });
  };
  const kind = getField(node, 'kind');
  const metadata = getField(node, 'metadata');
  for (const [field, value] of [
    ['apiVersion', getField(node, 'apiVersion')],
    ['kind', kind],
    ['metadata.name', getField(metadata, 'name')],
    ['metadata.namespace', getField(metadata, 'namespace')],
  ] as const) {
    if (isMap(value) || Array.isArray(value)) {
      fail(`${field} is not a string`, field);
    }
  }
  if (isMissing(kind) || textOf(kind) === '') {
    fail('an object has no kind', 'kind');
  }
  if (metadata !== undefined && !isNull(metadata) && !isMap(metadata)) {
    fail('metadata is not a mapping', 'metadata');
  }
  for (const field of ['labels', 'annotations']) {
    const map = getField(metadata, field);
    if (!isMissing(map) && !isMap(map)) {
      fail(`metadata.${field} is not a mapping`, `metadata.${field}`);
    }
  }
  if (textOf(kind).endsWith('List')) {
    return;
  }
  const name = getField(metadata, 'name');
  if (isMissing(name) || textOf(name) === '') {
    fail(
      `an object of kind ${textOf(kind)} has no metadata.name`,
      'metadata.name',
    );
  }
}
