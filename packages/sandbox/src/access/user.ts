/** Who makes a request. */
export interface User {
  name: string;
  uid?: string;
  groups: string[];
  extra: Record<string, string[]>;
}

/** The group that may do everything. */
export const MASTERS = 'system:masters';

/** A user who is in no group but the one of all authenticated. */
export function authenticatedUser(
  name: string,
  groups: string[] = [],
  uid?: string,
): User {
  return {
    name,
    uid,
    groups: [...new Set([...groups, 'system:authenticated'])],
    extra: {},
  };
}

/** The user of a ServiceAccount. */
export function serviceAccountUser(
  namespace: string,
  name: string,
  uid?: string,
): User {
  return authenticatedUser(
    `system:serviceaccount:${namespace}:${name}`,
    ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    uid,
  );
}

/** Who makes a request without credentials. */
export const ANONYMOUS: User = Object.freeze({
  name: 'system:anonymous',
  groups: ['system:unauthenticated'],
  extra: {},
});
