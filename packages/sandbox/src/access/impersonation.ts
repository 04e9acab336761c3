import type { IncomingMessage } from 'node:http';
import { badRequest } from '../api/apiError';
import type { AccessRequest } from './authorization';
import type { User } from './user';

const EXTRA_PREFIX = 'impersonate-extra-';

/**
 * The user a request asks to be treated as (`Impersonate-User`,
 * `Impersonate-Group`, `Impersonate-Uid`, `Impersonate-Extra-*`), and what the
 * real user must be allowed for that; undefined without such headers.
 *
 * @throws ApiError 400
 */
export function impersonation(
  request: IncomingMessage,
): { user: User; required: AccessRequest[] } | undefined {
  const name = single(request.headers['impersonate-user']);
  const groups = all(request, 'impersonate-group');
  const uid = single(request.headers['impersonate-uid']);
  const extra: Record<string, string[]> = {};
  for (const header of Object.keys(request.headers)) {
    if (!header.startsWith(EXTRA_PREFIX)) continue;
    const key = decodeURIComponent(header.slice(EXTRA_PREFIX.length));
    extra[key] = all(request, header);
  }
  if (!name) {
    if (groups.length > 0 || uid || Object.keys(extra).length > 0) {
      throw badRequest('requested impersonation without impersonating a user');
    }
    return undefined;
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const required: AccessRequest[] = [
    account
      ? {
          verb: 'impersonate',
          group: '',
          resource: 'serviceaccounts',
          namespace: account[1],
          name: account[2],
        }
      : { verb: 'impersonate', group: '', resource: 'users', name },
    ...groups.map(group => ({
      verb: 'impersonate',
      group: '',
      resource: 'groups',
      name: group,
    })),
  ];
  const implied = account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
    : [];
  const everybody =
    name === 'system:anonymous'
      ? 'system:unauthenticated'
      : 'system:authenticated';
  const effective = groups.length > 0 ? groups : implied;
  return {
    user: {
      name,
      uid,
      groups: [...new Set([...effective, everybody])],
      extra,
    },
    required,
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

// Repeated headers arrive joined by commas in `headers`; the raw list keeps them apart.
function all(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i].toLowerCase() === name) {
      values.push(request.rawHeaders[i + 1]);
    }
  }
  return values;
}
