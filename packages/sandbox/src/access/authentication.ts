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
  certificates: ClientCertificates;
}

/**
 * Finds out who makes a request: a client certificate of the sandbox's CA
 * (common name and organisations), the admin's token, or a ServiceAccount's.
 *
 * @throws ApiError 401 for a token that is not valid
 */
export function authenticate(
  request: IncomingMessage,
  { adminToken, tokens, certificates }: AuthenticationOptions,
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
  return certificates.userOf(request.socket as TLSSocket) ?? ANONYMOUS;
}

/** Whose certificates clients have shown, looked at once for each connection. */
export class ClientCertificates {
  readonly #users = new WeakMap<TLSSocket, User>();

  userOf(socket: TLSSocket): User | undefined {
    const known = this.#users.get(socket);
    if (known) return known;
    if (!socket.encrypted || !socket.authorized) return undefined;
    const subject = socket.getPeerCertificate()?.subject as
      Record<string, string | string[] | undefined> | undefined;
    const name = [subject?.CN ?? []].flat()[0];
    if (!name) return undefined;
    const user = authenticatedUser(name, [subject?.O ?? []].flat());
    this.#users.set(socket, user);
    return user;
  }
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
