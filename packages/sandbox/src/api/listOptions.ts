import type { FieldProblem } from './apiError';
import { ApiError, badRequest, invalid, unexplained } from './apiError';

/** Which state a list shows. */
export type ListState =
  | { kind: 'latest' }
  /** What was stored at a revision. */
  | { kind: 'exact'; revision: number; continues?: string };

/** What a list asks for. */
export interface ListOptions {
  state: ListState;
  /** 0 for all. */
  limit: number;
}

/** What a watch asks for. */
export interface WatchOptions {
  /** Events after this revision; undefined to start with the present state. */
  from?: number;
  /** Whether a bookmark marks the end of the present state. */
  marksEnd: boolean;
  bookmarks: boolean;
  timeoutSeconds?: number;
}

type Forbidden = [field: string, reason: string];

/**
 * Reads the parameters of a list by the rules of apiserver 0.34
 * (`ValidateListOptions`, `storage`): without `resourceVersion` the latest
 * state, with one that is as new (`NotOlderThan`, the default) or the same
 * (`Exact`, and pages).
 *
 * @throws ApiError 400, 410, 422, 504
 */
export function readListOptions(
  query: URLSearchParams,
  store: { revision: number; oldestRevision: number },
): ListOptions {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const token = query.get('continue') ?? '';
  const limit = Math.max(integer(query.get('limit')), 0);
  const problems = matchProblems({ version, match, token });
  if (query.get('sendInitialEvents') !== null) {
    problems.push(
      forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'),
    );
  }
  failOn(problems);
  if (token) return { state: continued(token, version, store), limit };
  const revision = parseVersion(version);
  if (revision === undefined) return { state: { kind: 'latest' }, limit };
  checkReached(revision, store);
  // Pages from a version are of that version, but for 0: "any", without pages.
  const isExact =
    match === 'Exact' || (match === '' && limit > 0 && revision > 0);
  if (!isExact) {
    return {
      state: { kind: 'latest' },
      limit: revision === 0 ? 0 : limit,
    };
  }
  if (revision < store.oldestRevision) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  return { state: { kind: 'exact', revision }, limit };
}

/** As {@link readListOptions}, for a watch. @throws ApiError 400, 422 */
export function readWatchOptions(query: URLSearchParams): WatchOptions {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents');
  const timeout = query.get('timeoutSeconds');
  const timeoutSeconds = timeout ? integer(timeout) : undefined;
  const problems: FieldProblem[] = [];
  if (initial !== null) {
    if (match !== 'NotOlderThan') {
      problems.push(
        forbidden(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
      if (match) problems.push(unsupported(match, ['NotOlderThan']));
    }
  } else if (match) {
    problems.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    );
  }
  if (query.get('continue')) {
    problems.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden when continue is provided',
      ),
    );
  }
  failOn(problems);
  if (version && !/^\d+$/.test(version)) {
    throw unexplained(versionProblem(version));
  }
  const revision = parseVersion(version);
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const sendsState = isTrue(initial) || !revision;
  return {
    from: sendsState && initial !== 'false' ? undefined : (revision ?? 0),
    marksEnd: isTrue(initial) && bookmarks,
    bookmarks,
    timeoutSeconds,
  };
}

/** A read that wants a version the server has not reached. @throws ApiError 504 */
export function checkReached(
  revision: number,
  store: { revision: number },
): void {
  if (revision <= store.revision) return;
  throw new ApiError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${revision}, current: ${store.revision}`,
    details: {
      causes: [
        {
          reason: 'ResourceVersionTooLarge',
          message: 'Too large resource version',
        },
      ],
      retryAfterSeconds: 1,
    },
    headers: { 'retry-after': '1' },
  });
}

/** The number in a `resourceVersion`; undefined where there is none. @throws ApiError 400 */
export function parseVersion(version: string): number | undefined {
  if (!version) return undefined;
  if (/^\d+$/.test(version)) return Number(version);
  throw badRequest(`invalid resource version: ${versionProblem(version)}`);
}

function versionProblem(version: string): string {
  const text = JSON.stringify(version);
  return `resourceVersion: Invalid value: ${text}: strconv.ParseUint: parsing ${text}: invalid syntax`;
}

/** The token with which a list goes on. */
export function writeContinue(revision: number, after: string): string {
  const token = { v: 'meta.k8s.io/v1', rv: revision, start: after };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function continued(
  token: string,
  version: string,
  store: { revision: number; oldestRevision: number },
): ListState {
  const { rv, start } = readContinue(token);
  if (version && version !== '0') {
    throw badRequest(
      'specifying resource version is not allowed when using continue',
    );
  }
  // A token that an expired list was answered with: go on in the present state.
  const revision = rv < 0 ? store.revision : rv;
  if (revision < store.oldestRevision) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      { continue: writeContinue(-1, start) },
    );
  }
  return { kind: 'exact', revision, continues: start };
}

function readContinue(token: string): { rv: number; start: string } {
  const bad = (why: string) =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`);
  let value: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw bad('the token cannot be decoded');
  }
  if (value.v !== 'meta.k8s.io/v1') {
    throw bad(
      `server does not recognize this encoded version ${String(value.v ?? '')}`,
    );
  }
  if (typeof value.rv !== 'number' || value.rv === 0) {
    throw bad(
      'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  if (typeof value.start !== 'string' || !value.start) {
    throw bad('encoded start key empty (version meta.k8s.io/v1)');
  }
  return { rv: value.rv, start: value.start };
}

function expired(
  message: string,
  metadata: { continue?: string } = {},
): ApiError {
  return new ApiError({ code: 410, reason: 'Expired', message, metadata });
}

function matchProblems(asked: {
  version: string;
  match: string;
  token: string;
}): FieldProblem[] {
  const { version, match, token } = asked;
  if (!match) return [];
  const problems: FieldProblem[] = [];
  const field = 'resourceVersionMatch';
  if (!version) {
    problems.push(
      forbidden(
        field,
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    );
  }
  if (token) {
    problems.push(
      forbidden(
        field,
        'resourceVersionMatch is forbidden when continue is provided',
      ),
    );
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    problems.push(unsupported(match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && version === '0') {
    problems.push(
      forbidden(
        field,
        'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ),
    );
  }
  return problems;
}

function forbidden(...[field, reason]: Forbidden): FieldProblem {
  return {
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: ${reason}`,
  };
}

function unsupported(match: string, supported: string[]): FieldProblem {
  return {
    reason: 'FieldValueNotSupported',
    field: 'resourceVersionMatch',
    message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported
      .map(value => JSON.stringify(value))
      .join(', ')}`,
  };
}

function failOn(problems: FieldProblem[]): void {
  if (problems.length === 0) return;
  throw invalid(
    { group: 'meta.k8s.io', kind: 'ListOptions', name: '' },
    problems,
  );
}

function integer(text: string | null): number {
  if (!text) return 0;
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw badRequest(
    `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function isTrue(text: string | null): boolean {
  return text !== null && text !== 'false' && text !== '0';
}
