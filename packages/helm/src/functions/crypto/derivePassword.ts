import { createHmac, scryptSync } from 'node:crypto';
import {
  encodeUtf8,
  GoNumber,
  GoFunction,
  goFunction,
  STRING,
  UINT32,
} from '@backstage-gitops/go-template';

// The algorithm, its templates and its characters are those of Master Password.
const SCOPE = Buffer.from('com.lyndir.masterpassword');
const SCRYPT = { N: 32768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 };
const KEY_LENGTH = 64;

const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    maximum: 'anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno',
    long:
      'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv ' +
      'CvccCvcvCvcvno CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc ' +
      'CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno ' +
      'CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc ' +
      'CvccCvcvCvccno',
    medium: 'CvcnoCvc CvcCvcno',
    short: 'Cvcn',
    basic: 'aaanaaan aannaaan aaannaaa',
    pin: 'nnnn',
  }).map(([name, templates]) => [name, templates.split(' ')] as const),
);

const VOWELS = 'AEIOU';
const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ';
const LETTERS = `${VOWELS}${VOWELS.toLowerCase()}${CONSONANTS}${CONSONANTS.toLowerCase()}`;
const DIGITS = '0123456789';

const CHARACTERS: Readonly<Record<string, string>> = {
  V: VOWELS,
  C: CONSONANTS,
  v: VOWELS.toLowerCase(),
  c: CONSONANTS.toLowerCase(),
  A: VOWELS + CONSONANTS,
  a: LETTERS,
  n: DIGITS,
  o: `@&%?,=[]_:-+*$#!'^~;()/.`,
  x: `${LETTERS}${DIGITS}!@#$%^&*()`,
};

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function derivePassword(
  counter: GoNumber,
  type: string,
  password: string,
  user: string,
  site: string,
): string {
  const templates = TEMPLATES.get(type);
  if (!templates) {
    return `cannot find password template ${type}`;
  }
  const [userBytes, siteBytes] = [encodeUtf8(user), encodeUtf8(site)];
  const salt = Buffer.concat([SCOPE, uint32(userBytes.length), userBytes]);
  const key = scryptSync(encodeUtf8(password), salt, KEY_LENGTH, SCRYPT);
  const seed = createHmac('sha256', key)
    .update(SCOPE)
    .update(uint32(siteBytes.length))
    .update(siteBytes)
    .update(uint32(Number(counter.value)))
    .digest();
  const template = templates[seed[0] % templates.length];
  return Array.from(template, (kind, index) => {
    const characters = CHARACTERS[kind];
    return characters[seed[index + 1] % characters.length];
  }).join('');
}

/** `derivePassword` of sprig 3.3. */
export const derivePasswordFunction: GoFunction = goFunction(
  [UINT32, STRING, STRING, STRING, STRING],
  derivePassword,
);
