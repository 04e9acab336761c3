import type { JsonObject } from '../json/value';
import { asObject, asString, at } from '../json/value';
import { inVersion } from '../kinds/resource';
import type { ObjectWriter } from '../objects/objectWriter';
import { apiVersion } from '../objects/objectWriter';
import type { Target } from '../objects/writeRequest';
import type { Selector } from '../storage/selectors';
import {
  fieldSelector,
  labelSelector,
  SelectorError,
} from '../storage/selectors';
import { badRequest, expired } from './apiError';
import type { Representation } from './representation';
import { partialList, partialObject } from './representation';
import { renderTable } from './tables';

/** Reads objects and collections. */
export class ReadHandlers {
  constructor(
    private readonly writer: ObjectWriter,
    private readonly now: () => Date,
  ) {}

  /** One object. */
  get(target: Target, query: URLSearchParams, as: Representation): JsonObject {
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
    return {
      apiVersion: apiVersion(target),
      kind: target.resource.listKind,
      metadata,
      items,
    };
  }

  private page(
    target: Target,
    query: URLSearchParams,
  ): { items: JsonObject[]; metadata: JsonObject } {
    const { store } = this.writer;
    const selects = selectorOf(target, query);
    const token = readContinue(query.get('continue'));
    const revision = token?.revision ?? store.revision;
    if (token && token.revision < store.oldestRevision) {
      throw expired(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
    }
    const limitText = query.get('limit') || '0';
    if (!/^-?\d+$/.test(limitText)) {
      throw badRequest(
        `strconv.ParseInt: parsing ${JSON.stringify(limitText)}: invalid syntax`,
      );
    }
    const limit = Number(limitText);
    const all = store
      .list(
        target.resource.storage,
        target.namespace ? target.namespace : undefined,
      )
      .map(object => inVersion(target.resource, object, apiVersion(target)))
      .filter(selects)
      .filter(object => !token || pageKey(object) > token.after);
    const items = limit > 0 ? all.slice(0, limit) : all;
    const remaining = all.length - items.length;
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
              ...(query.get('labelSelector') || query.get('fieldSelector')
                ? {}
                : { remainingItemCount: remaining }),
            }
          : {}),
      },
    };
  }
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

function writeContinue(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 1, rv: revision, after })).toString(
    'base64url',
  );
}

function readContinue(
  token: string | null,
): { revision: number; after: string } | undefined {
  if (!token) return undefined;
  try {
    const value = JSON.parse(
      Buffer.from(token, 'base64url').toString('utf8'),
    ) as { rv: number; after: string };
    return { revision: Number(value.rv), after: String(value.after) };
  } catch {
    throw badRequest('continue key is not valid: the token cannot be decoded');
  }
}
