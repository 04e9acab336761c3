import { encodeBase64, hashSync } from 'bcryptjs';
import {
  byteLength,
  GoError,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';
import type { RandomBytes } from './RandomBytes';

/** Go's `bcrypt.DefaultCost`. */
const COST = 10;
const LONGEST = 72;
const NOT_UTF8 = /\p{Surrogate}/u;

function bcrypt(password: string, randomBytes: RandomBytes): string {
  if (byteLength(password) > LONGEST) {
    return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${LONGEST} bytes`;
  }
  if (NOT_UTF8.test(password)) {
    throw new GoError('bcrypt: the password is not UTF-8');
  }
  const salt = encodeBase64(Array.from(randomBytes(16)), 16);
  return hashSync(password, `$2a$${COST}$${salt}`);
}

/** `bcrypt` and `htpasswd` of sprig 3.3. */
export function createPasswordFunctions(
  randomBytes: RandomBytes,
): ReadonlyMap<string, GoFunction> {
  return new Map([
    [
      'bcrypt',
      goFunction([STRING], (password: string) => bcrypt(password, randomBytes)),
    ],
    [
      'htpasswd',
      goFunction([STRING, STRING], (user: string, password: string) =>
        user.includes(':')
          ? `invalid username: ${user}`
          : `${user}:${bcrypt(password, randomBytes)}`,
      ),
    ],
  ]);
}
