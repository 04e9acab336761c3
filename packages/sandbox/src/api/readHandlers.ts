import type { JsonObject } from '../json/value';
import { asObject, asString, at } from '../json/value';
import { inVersion } from '../kinds/resource';
import type { ObjectWriter } from '../objects/objectWriter';
import { apiVersion } from '../objects/objectWriter';
import type { Target } from '../objects/writeRequest';
import type { Selector } from '../storage/selectors';
import { labelSelector } from '../storage/labelSelector';
import { fieldSelector, SelectorError } from '../storage/selectors';
import { badRequest } from './apiError';
import {
  checkReached,
  parseVersion,
  readListOptions,
  writeContinue,
} from './listOptions';
import type { Representation } from './representation';
import { partialList, partialObject } from './representation';
import { renderTable } from './tables';

/** Reads objects and collections. */
export class ReadHandlers {
  constructor(
    private readonly writer: ObjectWriter,
    private readonly now: () => Date,
  ) {}

  /** One object. @throws ApiError 404, 504 */
  get(target: Target, query: URLSearchParams, as: Representation): JsonObject {
    checkReached(
      parseVersion(query.get('resourceVersion') ?? '') ?? 0,
      this.writer.store,
    );
    return this.represent(target, this.writer.read(target), query, as);
  }

  /** One object in the form that the client asked for. */
  represent(
    target: Target,
    object: JsonObject,
    query: URLSearchParams,
    as: Representation,
  ): JsonObject {
    if (as.form === 'partial') return partialObject(object, as.version);
    if (as.form !== 'table') return object;
    return this.table(
      target,
      [object],
      {
        resourceVersion:
          asString(at(object, 'metadata', 'resourceVersion')) ?? '',
      },
      query,
      as,
    );
  }

  /** Objects as a table. */
  table(
    { resource, version }: Target,
    objects: JsonObject[],
    metadata: JsonObject,
    query: URLSearchParams,
    as: Representation,
    headers = true,
  ): JsonObject {
    const include = query.get('includeObject');
    return renderTable({
      resource,
      version,
      objects,
      metadata,
      include:
        include === 'None' || include === 'Object' ? include : 'Metadata',
      headers,
      tableVersion: as.version,
      now: this.now(),
    });
  }

  /** A collection, in pages where a limit is given. */
  list(target: Target, query: URLSearchParams, as: Representation): JsonObject {
    const { items, metadata } = this.page(target, query);
    if (as.form === 'table') {
      return this.table(target, items, metadata, query, as);
    }
    if (as.form === 'partial') return partialList(items, metadata, as.version);
    return listOf(target, items, metadata);
  }

  private page(
    target: Target,
    query: URLSearchParams,
  ): { items: JsonObject[]; metadata: JsonObject } {
    const { store } = this.writer;
    const selects = selectorOf(target, query);
    const { state, limit } = readListOptions(query, store);
    const namespace = target.namespace || undefined;
    const { storage } = target.resource;
    const revision = state.kind === 'exact' ? state.revision : store.revision;
    const stored =
      state.kind === 'exact'
        ? store.listAt(storage, namespace, state.revision, state.continues)
        : store.list(storage, namespace);
    const version = apiVersion(target);
    const items: JsonObject[] = [];
    let position = 0;
    for (; position < stored.length; position += 1) {
      if (limit > 0 && items.length === limit) break;
      const object = inVersion(target.resource, stored[position], version);
      if (selects(object)) items.push(object);
    }
    const isSelective = Boolean(
      query.get('labelSelector') || query.get('fieldSelector'),
    );
    // With a selector the server does not know whether anything follows; it
    // looks on, so that no page is empty.
    const remaining = isSelective
      ? stored
          .slice(position)
          .filter(object =>
            selects(inVersion(target.resource, object, version)),
          ).length
      : stored.length - position;
    return {
      items,
      metadata: {
        resourceVersion: String(revision),
        ...(remaining > 0
          ? {
              continue: writeContinue(
                revision,
                pageKey(items[items.length - 1]),
              ),
              ...(isSelective ? {} : { remainingItemCount: remaining }),
            }
          : {}),
      },
    };
  }
}

/** A list; built-in kinds do not repeat their kind in each item. */
export function listOf(
  target: Target,
  objects: JsonObject[],
  metadata: JsonObject,
): JsonObject {
  return {
    kind: target.resource.listKind,
    apiVersion: apiVersion(target),
    metadata,
    items: target.resource.custom ? objects : objects.map(withoutKind),
  };
}

function withoutKind(object: JsonObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}

/** The selector of a list, watch or deleteCollection. @throws ApiError 400 */
export function selectorOf(target: Target, query: URLSearchParams): Selector {
  const { version } = target;
  const selectable = new Set([
    'metadata.name',
    'metadata.namespace',
    ...version.selectableFields,
  ]);
  const fields = query.get('fieldSelector') ?? '';
  const labels = query.get('labelSelector') ?? '';
  try {
    const byLabel = labelSelector(labels);
    const byField = fieldSelector(fields, path =>
      selectable.has(path) ? undefined : unknownField(target, path),
    );
    return object => byLabel(object) && byField(object);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw badRequest(error.message);
  }
}

function unknownField({ resource, version }: Target, path: string): string {
  return resource.custom || version.selectableFields.length > 0
    ? `field label not supported: ${path}`
    : `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function pageKey(object: JsonObject): string {
  const metadata = asObject(object.metadata);
  return `${asString(metadata.namespace) ?? ''}/${asString(metadata.name) ?? ''}`;
}
