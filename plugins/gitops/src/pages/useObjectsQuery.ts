import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import {
  OBJECT_SORTS,
  ObjectSort,
  ObjectsQuery,
  STATUS_WORDS,
} from '@backstage-gitops/plugin-gitops-common';
import type { ObjectFilterValues } from '@backstage-gitops/plugin-gitops-react';

/** What the address says is to be listed, and how to say something else. */
export interface ObjectsQueryState {
  query: ObjectsQuery;
  filters: ObjectFilterValues;
  setFilters(filters: ObjectFilterValues): void;
  setSort(sort: ObjectSort): void;
  /** `undefined` for the first page. */
  setCursor(cursor: string | undefined): void;
}

/** Filters, order and page live in the address, so that they can be sent to others. */
export function useObjectsQuery(): ObjectsQueryState {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.toString();
  const query = useMemo(() => readQuery(new URLSearchParams(text)), [text]);
  const { home, kind, namespace, status, search } = query;
  return {
    query,
    filters: { home, kind, namespace, status, search },
    // Another question begins on the first page.
    setFilters: filters =>
      setParameters(writeQuery({ ...filters, sort: query.sort }), {
        replace: true,
      }),
    setSort: sort =>
      setParameters(writeQuery({ ...query, sort, cursor: undefined }), {
        replace: true,
      }),
    setCursor: cursor => setParameters(writeQuery({ ...query, cursor })),
  };
}

/** Values that nothing can have are left out: an address may be old or typed. */
export function readQuery(parameters: URLSearchParams): ObjectsQuery {
  const one = (name: string) => parameters.get(name) || undefined;
  const many = (name: string) => parameters.getAll(name).filter(Boolean);
  const words = many('status');
  const kinds = many('kind');
  const status = STATUS_WORDS.filter(word => words.includes(word));
  return withoutUnset({
    home: one('home'),
    kind: kinds.length > 0 ? kinds : undefined,
    namespace: one('namespace'),
    status: status.length > 0 ? status : undefined,
    search: one('search'),
    sort: OBJECT_SORTS.find(sort => sort === one('sort')),
    cursor: one('cursor'),
  });
}

export function writeQuery(query: ObjectsQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  const { home, kind = [], namespace, status = [], search, cursor } = query;
  if (home) parameters.set('home', home);
  kind.forEach(value => parameters.append('kind', value));
  if (namespace) parameters.set('namespace', namespace);
  status.forEach(value => parameters.append('status', value));
  if (search) parameters.set('search', search);
  if (query.sort && query.sort !== OBJECT_SORTS[0]) {
    parameters.set('sort', query.sort);
  }
  if (cursor) parameters.set('cursor', cursor);
  return parameters;
}

function withoutUnset(query: ObjectsQuery): ObjectsQuery {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  );
}
