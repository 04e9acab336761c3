import type { PostRenderDocument, PostRenderer } from '@backstage-gitops/helm';
import {
  isJsonObject,
  JsonObject,
  JsonValue,
  parseSpelledDocuments,
  setOwn,
  SpelledScalar,
  stringifyYaml,
  StringifyYamlOptions,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import { kustomize } from './kustomize';
import { PostRenderError } from './PostRenderError';
import type { KustomizeChange, PostRenderPlan } from './postRenderPlan';

/** Helm writes anew what kustomize has written, and folds nothing then. */
const UNFOLDED = { width: Infinity };

/** Where a document comes from, on its way through kustomizations (Helm 4). */
const FILE_NAME = 'postrenderer.helm.sh/postrender-filename';

/** An object, and the template that it comes from. */
interface Rendered {
  path?: string;
  node: JsonObject;
}

/** @throws PostRenderError, KustomizeError when it runs */
export function createPostRenderer(plan: PostRenderPlan): PostRenderer {
  return {
    strategy: plan.strategy,
    run(documents) {
      const read = documents.flatMap(readDocument);
      const changed =
        plan.changes.length > 0
          ? change(read, plan.changes)
          : distinct(read.flatMap(expandList));
      for (const rendered of changed) {
        mark(rendered, 'labels', plan.labels);
        mark(rendered, 'annotations', plan.annotations);
      }
      return writeFiles(changed);
    },
  };
}

/**
 * One document for each file, as Helm writes the objects of a file anew; those that
 * have lost theirs are named by where they stand.
 */
function writeFiles(rendered: readonly Rendered[]): PostRenderDocument[] {
  const files = new Map<string, string[]>();
  rendered.forEach((one, i) => {
    const path = one.path ?? `generated-by-postrender-${i}.yaml`;
    const texts = files.get(path) ?? [];
    texts.push(write(one, UNFOLDED));
    files.set(path, texts);
  });
  return Array.from(files, ([path, texts]) => ({
    path,
    content: texts.join('---\n'),
  }));
}

function change(
  rendered: readonly Rendered[],
  changes: readonly KustomizeChange[],
): Rendered[] {
  let text = rendered
    .map(one => {
      mark(one, 'annotations', { [FILE_NAME]: one.path ?? '' });
      return write(one);
    })
    .join('---\n');
  for (const next of changes) {
    text = kustomize(text, next);
  }
  return parse(text).map(node => {
    const { metadata } = node;
    const annotations = isJsonObject(metadata) && metadata.annotations;
    let path: string | undefined;
    if (isJsonObject(annotations)) {
      path = String(annotations[FILE_NAME] ?? '') || undefined;
      delete annotations[FILE_NAME];
      if (Object.keys(annotations).length === 0) {
        delete (metadata as JsonObject).annotations;
      }
    }
    return { path, node };
  });
}

function readDocument({ path, content }: PostRenderDocument): Rendered[] {
  return parse(content, path).map(node => ({ path, node }));
}

function write(
  { path, node }: Rendered,
  options?: StringifyYamlOptions,
): string {
  try {
    return stringifyYaml(node, options);
  } catch (error) {
    throw error instanceof YamlError
      ? new PostRenderError(error.message, path)
      : error;
  }
}

/** Objects with their scalars as they are spelled; documents without one are left out. */
function parse(text: string, file?: string): JsonObject[] {
  try {
    return parseSpelledDocuments(text, {
      dialect: 'go-yaml-v3',
      file,
    }).flatMap(({ value }) => {
      const node = value as JsonValue;
      if (node === null) {
        return [];
      }
      if (!isJsonObject(node)) {
        throw new PostRenderError('a document is not a mapping', file);
      }
      return Object.keys(node).length > 0 ? [node] : [];
    });
  } catch (error) {
    if (error instanceof YamlError) {
      throw new PostRenderError(error.message, file);
    }
    throw error;
  }
}

/** Lists are taken apart, as kustomize does. */
function expandList({ path, node }: Rendered): Rendered[] {
  const { kind, items } = node;
  if (textOf(kind) === '') {
    throw new PostRenderError('an object has no kind', path);
  }
  if (!textOf(kind).endsWith('List') || items === undefined) {
    return [{ path, node }];
  }
  if (items !== null && !Array.isArray(items)) {
    throw new PostRenderError(
      `the items of ${textOf(kind)} are not a list`,
      path,
    );
  }
  return (items ?? []).flatMap(item => {
    if (item === null) {
      return [];
    }
    if (!isJsonObject(item)) {
      throw new PostRenderError(
        `an item of ${textOf(kind)} is not a mapping`,
        path,
      );
    }
    return expandList({ path, node: item });
  });
}

function distinct(rendered: readonly Rendered[]): Rendered[] {
  const seen = new Map<string, Rendered>();
  for (const one of rendered) {
    const { apiVersion, kind, metadata } = one.node;
    const { namespace, name } = isJsonObject(metadata) ? metadata : {};
    if (textOf(name) === '' && !textOf(kind).endsWith('List')) {
      throw new PostRenderError(
        `an object of kind ${textOf(kind)} has no metadata.name`,
        one.path,
      );
    }
    const place = textOf(namespace) || 'default';
    const id = [apiVersion, kind, place, name].map(textOf).join('\n');
    const before = seen.get(id);
    if (before) {
      throw new PostRenderError(
        `${textOf(kind)} ${textOf(name)} is rendered twice, also by ${before.path}; where one of them is a hook, set spec.postRenderStrategy to separate or nohooks`,
        one.path,
      );
    }
    seen.set(id, one);
  }
  return [...seen.values()];
}

/** What stands in the file for a scalar. */
function textOf(value: JsonValue | SpelledScalar | undefined): string {
  if (value instanceof SpelledScalar) {
    return value.value === null ? '' : value.text;
  }
  return value === undefined || value === null || typeof value === 'object'
    ? ''
    : String(value);
}

function mark(
  { path, node }: Rendered,
  field: 'labels' | 'annotations',
  entries: Readonly<Record<string, string>>,
): void {
  if (Object.keys(entries).length === 0) {
    return;
  }
  const metadata = mapping(node, 'metadata', path);
  const map = mapping(metadata, field, path);
  for (const [key, value] of Object.entries(entries)) {
    setOwn(map, key, value);
  }
}

function mapping(
  parent: JsonObject,
  field: string,
  path: string | undefined,
): JsonObject {
  const value = parent[field] as JsonValue | SpelledScalar | undefined;
  const plain = value instanceof SpelledScalar ? value.value : value;
  if (isJsonObject(plain)) {
    return plain;
  }
  if (plain !== undefined && plain !== null) {
    throw new PostRenderError(`${field} of an object is not a mapping`, path);
  }
  const created: JsonObject = {};
  parent[field] = created;
  return created;
}
