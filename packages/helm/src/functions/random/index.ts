import {
  GoError,
  GoFunction,
  goFunction,
  goInt,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import type { FunctionOptions } from '../FunctionOptions';
import { runesOf, textOfRunes } from '../text/runes';
import { RandomSource } from './RandomSource';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) =>
  String.fromCharCode(0x20 + index),
).join('');

/** Go's `rand.Intn(max - min) + min`; the difference wraps. */
function randInt(source: RandomSource, min: GoNumber, max: GoNumber): GoNumber {
  const range = BigInt.asIntN(64, BigInt(max.value) - BigInt(min.value));
  if (range <= 0n) {
    throw new GoError('invalid argument to Intn');
  }
  return goInt(source.belowBig(range) + BigInt(min.value));
}

function shuffle(source: RandomSource, text: string): string {
  const runes = runesOf(text);
  for (let i = runes.length - 1; i > 0; i--) {
    const other = source.below(i + 1);
    [runes[i], runes[other]] = [runes[other], runes[i]];
  }
  return textOfRunes(runes);
}

function randBytes(source: RandomSource, count: GoNumber): string {
  const length = Number(count.value);
  if (length < 0) {
    throw new GoError('runtime error: makeslice: len out of range');
  }
  checkTextLength((length / 3) * 4);
  return Buffer.from(source.bytes(length)).toString('base64');
}

/** A random UUID: version 4 of the variant of RFC 9562. */
function uuidv4(source: RandomSource): string {
  const bytes = Buffer.from(source.bytes(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Random functions of sprig 3.3, with the random bytes of the options. */
export function createRandomFunctions(
  options: Pick<FunctionOptions, 'randomBytes'> = {},
): ReadonlyMap<string, GoFunction> {
  const source = new RandomSource(options);
  const text = (characters: string) =>
    goFunction([INT], (count: GoNumber) => {
      const length = Number(count.value);
      checkTextLength(length);
      return source.characters(length, characters);
    });
  return new Map([
    ['randAlpha', text(LETTERS)],
    ['randAlphaNum', text(LETTERS + DIGITS)],
    ['randAscii', text(PRINTABLE)],
    ['randNumeric', text(DIGITS)],
    [
      'randInt',
      goFunction([INT, INT], (min: GoNumber, max: GoNumber) =>
        randInt(source, min, max),
      ),
    ],
    [
      'shuffle',
      goFunction([STRING], (value: string) => shuffle(source, value)),
    ],
    [
      'randBytes',
      goFunction([INT], (count: GoNumber) => randBytes(source, count)),
    ],
    ['uuidv4', goFunction([], () => uuidv4(source))],
  ]);
}
