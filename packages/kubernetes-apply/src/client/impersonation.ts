import { ImpersonationError } from '../errors/errors';
import type { Impersonation } from './ClusterClient';

/**
 * The headers for acting as somebody else. Anything empty is an error: a
 * missing header would silently mean the client's own permissions.
 */
export function impersonationHeaders(
  impersonation: Impersonation,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'Impersonate-User': checked(impersonation.user, 'user'),
  };
  const groups = impersonation.groups ?? [];
  if (groups.length > 0) {
    headers['Impersonate-Group'] = groups.map(group => checked(group, 'group'));
  }
  for (const [key, values] of Object.entries(impersonation.extra ?? {})) {
    const name = `Impersonate-Extra-${encodeURIComponent(
      checked(key, 'extra key').toLowerCase(),
    )}`;
    if (!Array.isArray(values) || values.length === 0) {
      throw new ImpersonationError(
        `impersonation: extra "${key}" has no values`,
      );
    }
    headers[name] = values.map(value => checked(value, `extra "${key}"`));
  }
  return headers;
}

function checked(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new ImpersonationError(`impersonation: ${what} is empty`);
  }
  // Anything outside visible ASCII could split or change the header.
  if (!/^[\x20-\x7e]+$/.test(value) || value !== value.trim()) {
    throw new ImpersonationError(
      `impersonation: ${what} has characters that cannot be sent`,
    );
  }
  return value;
}
