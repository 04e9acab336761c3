import { Fields } from '../functions/encoding/jsonForm';
import { isZeroTime, normalizeTime, ZERO_TIME } from './recordTime';
import { ReleaseError } from './ReleaseError';

/** A struct of Go: fields in this order, without those that are undefined. */
export function struct(fields: Readonly<Record<string, unknown>>): Fields {
  return new Fields(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  );
}

/** Undefined where it is empty, as Go's `omitempty` has it. */
export function list<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Undefined where it is empty, as Go's `omitempty` has it. */
export function map<T extends object>(table: T | undefined): T | undefined {
  return table && Object.keys(table).length > 0 ? table : undefined;
}

/**
 * Undefined where it is 0, as Go's `omitempty` has it.
 *
 * @throws ReleaseError `not-representable`
 */
export function integer(value: number, path: string): number | undefined {
  if (!Number.isSafeInteger(value)) {
    throw notRepresentable(path, 'an integer');
  }
  return value === 0 ? undefined : value;
}

/**
 * As Go writes it; undefined where there is none, or Go's zero time.
 *
 * @throws ReleaseError `not-representable`
 */
export function time(
  value: string | undefined,
  path: string,
): string | undefined {
  const written = anyTime(value, path);
  return isZeroTime(written) ? undefined : written;
}

/**
 * As Go writes it where nothing is left out: a time, Go's zero time or another.
 *
 * @throws ReleaseError `not-representable`
 */
export function anyTime(value: string | undefined, path: string): string {
  const written = normalizeTime(value ?? ZERO_TIME);
  if (written === undefined) {
    throw notRepresentable(path, 'a time in RFC 3339');
  }
  return written;
}

function notRepresentable(path: string, wanted: string): ReleaseError {
  return new ReleaseError(
    'not-representable',
    `the release cannot be stored: ${path} must be ${wanted}`,
  );
}
