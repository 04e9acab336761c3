import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '../json/value';
import { asObject, asString, at, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { User } from './user';
import { serviceAccountUser } from './user';

/** What tokens are made with. */
export interface ServiceAccountTokensOptions {
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
      token: `${body}.${this.sign(body)}`,
      expires: new Date(payload.exp * 1000),
    };
  }

  /** The user of a token; undefined when the token or its ServiceAccount is not valid. */
  verify(token: string): User | undefined {
    const [header, payload, signature] = token.split('.');
    if (!header || !payload || !signature) return undefined;
    const expected = Buffer.from(this.sign(`${header}.${payload}`));
    const actual = Buffer.from(signature);
    if (
      expected.length !== actual.length ||
      !timingSafeEqual(expected, actual)
    ) {
      return undefined;
    }
    const claims = decode(payload);
    const now = this.options.now().getTime() / 1000;
    if (!claims || Number(claims.exp) <= now) return undefined;
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

  private sign(text: string): string {
    return createHmac('sha256', this.options.key)
      .update(text)
      .digest('base64url');
  }
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
