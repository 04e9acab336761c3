import { createHash } from 'node:crypto';
import {
  ObjectSort,
  ObjectsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { InvalidCursorError } from '../errors';
import { PagePosition } from './PageSelector';

const SHAPES: Readonly<Record<ObjectSort, readonly string[]>> = {
  attention: ['number', 'number', 'string'],
  name: ['string', 'string', 'string'],
  lastChange: ['number', 'string'],
};

/** Ties a cursor to the filters and the order that it was made for. */
function fingerprintOf(filters: object): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name,
      Array.isArray(value) ? [...value].sort() : value,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(sorted))
    .digest('base64url')
    .slice(0, 12);
}

/** The order of a list. */
export function sortOf(query: ObjectsQuery): ObjectSort {
  return query.sort ?? 'attention';
}

function filtersOf(query: ObjectsQuery): object {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  return { ...filters, sort: sortOf(query) };
}

/** Writes a position as an opaque cursor. */
export function encodeCursor(
  query: ObjectsQuery,
  position: PagePosition,
): string {
  return encodePosition(filtersOf(query), position);
}

/** Reads what {@link encodeCursor} wrote for the same filters and order. */
export function decodeCursor(query: ObjectsQuery): PagePosition | undefined {
  return decodePosition(query.cursor, filtersOf(query), SHAPES[sortOf(query)]);
}

/** As {@link encodeCursor}, of any list. */
export function encodePosition(
  filters: object,
  position: PagePosition,
): string {
  return Buffer.from(
    JSON.stringify([
      fingerprintOf(filters),
      position.direction === 'next' ? 1 : 0,
      ...position.key,
    ]),
  ).toString('base64url');
}

/**
 * Reads what {@link encodePosition} wrote for the same filters.
 *
 * @param shape - types of the parts of the key
 */
export function decodePosition(
  cursor: string | undefined,
  filters: object,
  shape: readonly string[],
): PagePosition | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (!Array.isArray(parts) || typeof parts[0] !== 'string') {
    throw new InvalidCursorError('cursor', 'this is no cursor');
  }
  const [fingerprint, direction, ...key] = parts;
  if (fingerprint !== fingerprintOf(filters)) {
    throw new InvalidCursorError(
      'cursor',
      'it belongs to other filters or to another order',
    );
  }
  if (
    key.length !== shape.length ||
    key.some((part, i) => typeof part !== shape[i])
  ) {
    throw new InvalidCursorError('cursor', 'this is no cursor');
  }
  return { key, direction: direction === 1 ? 'next' : 'prev' };
}

/** Writes the place in an object's events as an opaque cursor. */
export function encodeEventCursor(seq: number): string {
  return Buffer.from(`e${seq}`).toString('base64url');
}

/** Reads what {@link encodeEventCursor} wrote. */
export function decodeEventCursor(
  cursor: string | undefined,
): number | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const match = /^e(\d{1,15})$/.exec(
    Buffer.from(cursor, 'base64url').toString('utf8'),
  );
  if (!match) {
    throw new InvalidCursorError('cursor', 'this is no cursor');
  }
  return Number(match[1]);
}
