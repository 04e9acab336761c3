import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { unauthorized } from '../api/apiError';
import type { ServiceAccountTokens } from './serviceAccountTokens';
import type { User } from './user';
import { ANONYMOUS, authenticatedUser, MASTERS } from './user';

/** What identifies users. */
export interface AuthenticationOptions {
  adminToken: string;
  tokens: ServiceAccountTokens;
}

/**
 * Finds out who makes a request: a client certificate of the sandbox's CA
 * (common name and organisations), the admin's token, or a ServiceAccount's.
 *
 * @throws ApiError 401 for a token that is not valid
 */
export function authenticate(
  request: IncomingMessage,
  { adminToken, tokens }: AuthenticationOptions,
): User {
  const token = /^Bearer +(.+)$/i.exec(
    request.headers.authorization ?? '',
  )?.[1];
  if (token !== undefined) {
    if (sameText(token, adminToken)) {
      return authenticatedUser('kubernetes-admin', [MASTERS]);
    }
    const user = tokens.authenticate(token.trim());
    if (!user) throw unauthorized();
    return user;
  }
  if (request.headers.authorization) throw unauthorized();
  const socket = request.socket as TLSSocket;
  if (socket.encrypted && socket.authorized) {
    const subject = socket.getPeerCertificate()?.subject as
      Record<string, string | string[] | undefined> | undefined;
    const name = [subject?.CN ?? []].flat()[0];
    if (name) return authenticatedUser(name, [subject?.O ?? []].flat());
  }
  return ANONYMOUS;
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
