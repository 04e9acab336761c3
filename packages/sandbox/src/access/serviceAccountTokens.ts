import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { User } from './user';
import { authenticatedUser, serviceAccountUser } from './user';

/**
 * Another cluster whose ServiceAccount tokens are taken, as by the `jwt`
 * authenticators of an AuthenticationConfiguration.
 *
 * @public
 */
export interface TrustedIssuer {
  /** With which it signs; `serviceAccountKey` of its sandbox. */
  key: string;
  /** Tokens must be meant for one of these. */
  audiences: readonly string[];
  /** Put before the names of its users; nothing by default. */
  usernamePrefix?: string;
}

/** What tokens are made with. */
export interface ServiceAccountTokensOptions {
  /** Other clusters, whose tokens are good here. */
  trusted?: readonly TrustedIssuer[];
  /** Signing key; kept with the sandbox's data so that tokens survive a restart. */
  key: Buffer;
  store: ObjectStore;
  issuer: string;
  now(): Date;
}

/** Issues and verifies ServiceAccount tokens (TokenRequest), JSON web tokens signed with HS256. */
export class ServiceAccountTokens {
  constructor(private readonly options: ServiceAccountTokensOptions) {}

  /** A token for a stored ServiceAccount. */
  issue(
    account: JsonObject,
    audiences: string[],
    expirationSeconds: number,
  ): { token: string; expires: Date } {
    const issued = Math.floor(this.options.now().getTime() / 1000);
    const namespace = asString(at(account, 'metadata', 'namespace')) ?? '';
    const name = asString(at(account, 'metadata', 'name')) ?? '';
    const payload = {
      aud: audiences.length > 0 ? audiences : [this.options.issuer],
      exp: issued + expirationSeconds,
      iat: issued,
      nbf: issued,
      iss: this.options.issuer,
      sub: `system:serviceaccount:${namespace}:${name}`,
      'kubernetes.io': {
        namespace,
        serviceaccount: { name, uid: asString(at(account, 'metadata', 'uid')) },
      },
    };
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
    return {
      token: `${body}.${sign(body, this.options.key)}`,
      expires: new Date(payload.exp * 1000),
    };
  }

  /**
   * The user of a token of this cluster or of one that it trusts; undefined when
   * the token or its ServiceAccount is not valid, or it is meant for others.
   */
  authenticate(token: string): User | undefined {
    const own = this.verify(token);
    if (own) return own;
    for (const issuer of this.options.trusted ?? []) {
      const claims = this.claimsOf(token, Buffer.from(issuer.key));
      if (claims && isMeantFor(claims, issuer.audiences)) {
        const name = `${issuer.usernamePrefix ?? ''}${asString(claims.sub) ?? ''}`;
        return authenticatedUser(name);
      }
    }
    return undefined;
  }

  /**
   * The user of a token of this cluster, meant for one of the audiences (by
   * default the API server itself); undefined when it is not valid.
   */
  verify(
    token: string,
    audiences: readonly string[] = [this.options.issuer],
  ): User | undefined {
    const claims = this.claimsOf(token, this.options.key);
    if (!claims || !isMeantFor(claims, audiences)) return undefined;
    const kubernetes = asObject(claims['kubernetes.io']);
    const account = asObject(kubernetes.serviceaccount);
    const namespace = asString(kubernetes.namespace) ?? '';
    const name = asString(account.name) ?? '';
    const live = this.options.store.get({
      storage: '/serviceaccounts',
      namespace,
      name,
    });
    const uid = asString(at(live, 'metadata', 'uid'));
    return uid && uid === account.uid
      ? serviceAccountUser(namespace, name, uid)
      : undefined;
  }

  /** What a token says, if it was signed with the key and has not expired. */
  private claimsOf(token: string, key: Buffer): JsonObject | undefined {
    const [header, payload, signature] = token.split('.');
    if (!header || !payload || !signature) return undefined;
    const expected = Buffer.from(sign(`${header}.${payload}`, key));
    const actual = Buffer.from(signature);
    if (
      expected.length !== actual.length ||
      !timingSafeEqual(expected, actual)
    ) {
      return undefined;
    }
    const claims = decode(payload);
    const now = this.options.now().getTime() / 1000;
    return claims && Number(claims.exp) > now ? claims : undefined;
  }
}

function isMeantFor(claims: JsonObject, audiences: readonly string[]): boolean {
  return asArray(claims.aud).some(audience =>
    audiences.includes(String(audience)),
  );
}

function sign(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(text, 'base64url').toString('utf8'),
    );
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
