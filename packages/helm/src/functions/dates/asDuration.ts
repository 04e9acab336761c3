import {
  GoError,
  GoNumber,
  goQuote,
  sprint,
  typeOf,
} from '@backstage-gitops/go-template';
import { trim } from '../../text/space';
import { parseFloat64 } from '../numbers/parseNumber';
import { isDuration, parseDuration, SECOND } from './Duration';

const MAX_SECONDS = (2n ** 63n - 1n) / SECOND;
/** 64 bits, as a float. */
const LIMIT = 2 ** 63;

/**
 * What Helm takes for a duration, in nanoseconds: a duration, a text such as
 * `1h30m`, or seconds as a number or a text.
 *
 * @throws GoError with Helm's message
 */
export function asDuration(value: unknown): bigint {
  if (isDuration(value)) {
    return BigInt(value.value);
  }
  if (typeof value === 'string') {
    return fromText(value);
  }
  if (typeof value === 'number') {
    return fromFloat(value);
  }
  if (value === null || value === undefined) {
    throw new GoError('invalid duration');
  }
  if (!(value instanceof GoNumber)) {
    throw new GoError(`unsupported duration type ${typeOf(value).name}`);
  }
  if (value.type.kind.startsWith('float')) {
    return fromFloat(Number(value.value));
  }
  const seconds = BigInt(value.value);
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) {
    throw new GoError(`duration seconds overflow: ${seconds}`);
  }
  return seconds * SECOND;
}

function fromText(text: string): bigint {
  const trimmed = trim(text);
  if (trimmed === '') {
    throw new GoError('empty duration');
  }
  try {
    return parseDuration(trimmed);
  } catch (error) {
    if (!(error instanceof GoError)) {
      throw error;
    }
  }
  const seconds = parseFloat64(trimmed);
  if (seconds === undefined) {
    throw new GoError(`could not parse duration ${goQuote(text)}`);
  }
  return fromFloat(seconds);
}

function fromFloat(seconds: number): bigint {
  const nanoseconds = seconds * 1e9;
  if (!Number.isFinite(seconds)) {
    throw new GoError(`invalid duration seconds: ${sprint([seconds])}`);
  }
  if (Math.abs(seconds) > LIMIT / 1e9) {
    throw new GoError(`duration seconds overflow: ${sprint([seconds])}`);
  }
  // The limit itself becomes negative, as in Go.
  return BigInt.asIntN(64, BigInt(Math.trunc(nanoseconds)));
}
