import {
  GoEntries,
  GoError,
  GoMap,
  GoPointer,
  GoTyped,
  isBytes,
  isMap,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { VersionValue } from '../versions/VersionValue';

/** What Go's copy of a version is, since none of its fields is exported. */
const NO_VERSION = new VersionValue({
  major: 0n,
  minor: 0n,
  patch: 0n,
  prerelease: '',
  metadata: '',
  original: '',
});

const MAX_DEPTH = 1000;
const MAX_VALUES = 1024 * 1024;

/** What was copied so far. */
interface Work {
  values: number;
}

/**
 * A copy that shares no list and no map with the original; types stay.
 * Structs, which no function changes, are shared, but versions come out empty.
 *
 * @throws GoError for nil, as Go does; where the value is too large, or holds
 *   itself
 */
export function deepCopy(value: unknown): unknown {
  if (value === null) {
    throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  }
  return copy(value, 0, { values: 0 });
}

function copy(value: unknown, depth: number, work: Work): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    throw new GoError(
      `the value to copy is nested deeper than ${MAX_DEPTH} levels`,
    );
  }
  if (Array.isArray(value)) {
    count(work, value.length);
    return value.map(item => copy(item, depth + 1, work));
  }
  if (isMap(value)) {
    return copyMap(value, depth, work);
  }
  if (value instanceof GoTyped) {
    return new GoTyped(value.type, copy(value.value, depth + 1, work));
  }
  if (value instanceof GoEntries) {
    count(work, value.entries.length);
    return new GoEntries(
      value.entries.map(([key, item]) => [key, copy(item, depth + 1, work)]),
    );
  }
  if (value instanceof GoPointer) {
    return new GoPointer(value.type, copy(value.target, depth + 1, work));
  }
  if (value instanceof VersionValue) {
    return NO_VERSION;
  }
  return isBytes(value) ? value.slice() : value;
}

function copyMap(map: GoMap, depth: number, work: Work): GoMap {
  const result: GoMap = {};
  const keys = Object.keys(map);
  count(work, keys.length);
  for (const key of keys) {
    const item = map[key];
    const isPlain = typeof item !== 'object' || item === null;
    setOwn(result, key, isPlain ? item : copy(item, depth + 1, work));
  }
  return result;
}

function count(work: Work, more: number): void {
  work.values += more + 1;
  if (work.values > MAX_VALUES) {
    throw new GoError(`more than ${MAX_VALUES} values to copy`);
  }
}
