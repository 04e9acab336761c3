import { GoError } from '@backstage-gitops/go-template';
import { quoteText } from '../text/quote';

function failure(address: string, problem: string, at = ''): GoError {
  const place = at === '' ? '' : ` (at ${quoteText(at)})`;
  return new GoError(`ParseAddr(${quoteText(address)}): ${problem}${place}`);
}

/** Checks the four numbers of an address, perhaps at the end of another one. */
function checkIPv4(address: string, fields: string): void {
  let dots = 0;
  let digits = '';
  for (let i = 0; i < fields.length; i++) {
    const rest = fields.slice(i);
    if (/^[0-9]/.test(rest)) {
      if (digits === '0') {
        throw failure(address, 'IPv4 field has octet with leading zero');
      }
      digits += fields[i];
      if (Number(digits) > 255) {
        throw failure(address, 'IPv4 field has value >255');
      }
    } else if (fields[i] === '.') {
      if (digits === '' || i === fields.length - 1) {
        throw failure(address, 'IPv4 field must have at least one digit', rest);
      }
      if (dots === 3) {
        throw failure(address, 'IPv4 address too long');
      }
      dots++;
      digits = '';
    } else {
      throw failure(address, 'unexpected character', rest);
    }
  }
  if (dots < 3) {
    throw failure(address, 'IPv4 address too short');
  }
}

function checkIPv6(address: string): void {
  const percent = address.indexOf('%');
  if (percent === address.length - 1) {
    throw failure(address, 'zone must be a non-empty string');
  }
  let rest = percent < 0 ? address : address.slice(0, percent);
  let hasGap = rest.startsWith('::');
  if (hasGap) {
    rest = rest.slice(2);
    if (rest === '') {
      return;
    }
  }
  let bytes = 0;
  while (bytes < 16) {
    const group = /^[0-9a-f]{0,5}/i.exec(rest)![0];
    if (group.length > 4) {
      throw failure(address, 'each group must have 4 or less digits', rest);
    }
    if (group === '') {
      throw failure(
        address,
        'each colon-separated field must have at least one digit',
        rest,
      );
    }
    if (rest[group.length] === '.') {
      if (!hasGap && bytes !== 12) {
        throw failure(
          address,
          'embedded IPv4 address must replace the final 2 fields of the address',
          rest,
        );
      }
      if (bytes > 12) {
        throw failure(
          address,
          'too many hex fields to fit an embedded IPv4 at the end of the address',
          rest,
        );
      }
      checkIPv4(address, rest);
      rest = '';
      bytes += 4;
      break;
    }
    bytes += 2;
    rest = rest.slice(group.length);
    if (rest === '') {
      break;
    }
    if (!rest.startsWith(':')) {
      throw failure(address, 'unexpected character, want colon', rest);
    }
    if (rest === ':') {
      throw failure(address, 'colon must be followed by more characters', rest);
    }
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (hasGap) {
        throw failure(address, 'multiple :: in address', rest);
      }
      hasGap = true;
      rest = rest.slice(1);
      if (rest === '') {
        break;
      }
    }
  }
  if (rest !== '') {
    throw failure(address, 'trailing garbage after address', rest);
  }
  if (bytes < 16 && !hasGap) {
    throw failure(address, 'address string too short');
  }
  if (bytes === 16 && hasGap) {
    throw failure(address, 'the :: must expand to at least one field of zeros');
  }
}

/**
 * Checks an IP address as Go's `netip.ParseAddr` reads it, and says of which
 * version it is.
 *
 * @throws GoError with Go's message
 */
export function addressVersion(address: string): 4 | 6 {
  switch (/[.:%]/.exec(address)?.[0]) {
    case '.':
      checkIPv4(address, address);
      return 4;
    case ':':
      checkIPv6(address);
      return 6;
    case '%':
      throw failure(address, 'missing IPv6 address');
    default:
      throw failure(address, 'unable to parse IP');
  }
}
