import { isIPv6 } from 'node:net';
import { RE2JS } from 're2js';

/** Says what is wrong with a text, if anything. */
type Format = (text: string) => string | undefined;

function date(text: string): string | undefined {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text)?.slice(1);
  if (!parts) {
    return 'it must have the form 2006-01-02';
  }
  const [year, month, day] = parts.map(Number);
  if (month < 1 || month > 12) {
    return `parsing time ${JSON.stringify(text)}: month out of range`;
  }
  const days = new Date(Date.UTC((year % 400) + 2000, month, 0)).getUTCDate();
  return day < 1 || day > days
    ? `parsing time ${JSON.stringify(text)}: day out of range`
    : undefined;
}

function time(text: string): string | undefined {
  const parts =
    /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[zZ]|([-+])([0-9]{2}):([0-9]{2}))$/.exec(
      text,
    );
  if (!parts) {
    return 'it must have the form 15:04:05Z or 15:04:05+07:00';
  }
  const [hour, minute, second] = parts.slice(1, 4).map(Number);
  if (hour > 23 || minute > 59 || second > 60) {
    return 'hour/min/sec out of range';
  }
  const [offsetHours, offsetMinutes] = [parts[5] ?? 0, parts[6] ?? 0].map(
    Number,
  );
  if (offsetHours > 23 || offsetMinutes > 59) {
    return 'hour/min in offset out of range';
  }
  const offset =
    (offsetHours * 60 + offsetMinutes) * (parts[4] === '-' ? 1 : -1);
  const day = 24 * 60;
  const utc = (hour * 60 + minute + offset + day) % day;
  return second === 60 && utc !== day - 1 ? 'invalid leap second' : undefined;
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) {
    return 'less than 20 characters long';
  }
  if (text[10] !== 't' && text[10] !== 'T') {
    return '11th character must be t or T';
  }
  const wrongDate = date(text.slice(0, 10));
  if (wrongDate) {
    return `invalid date element: ${wrongDate}`;
  }
  const wrongTime = time(text.slice(11));
  return wrongTime && `invalid time element: ${wrongTime}`;
}

function duration(text: string): string | undefined {
  if (!text.startsWith('P')) {
    return 'must start with P';
  }
  return /^P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?)$/.test(
    text,
  )
    ? undefined
    : 'it must have the form P1Y2M3DT4H5M6S or P1W';
}

function period(text: string): string | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) {
    return 'missing slash';
  }
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)];
  const either = (part: string) =>
    part.startsWith('P') ? duration(part) : dateTime(part);
  const wrongStart = either(start);
  if (wrongStart) {
    return `invalid start: ${wrongStart}`;
  }
  const wrongEnd = start.startsWith('P') ? dateTime(end) : either(end);
  return wrongEnd && `invalid end: ${wrongEnd}`;
}

function email(text: string): string | undefined {
  if (Buffer.byteLength(text) > 254) {
    return 'more than 255 characters long';
  }
  const at = text.lastIndexOf('@');
  if (at < 0) {
    return 'missing @';
  }
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (Buffer.byteLength(local) > 64) {
    return 'local part more than 64 characters long';
  }
  const wrongLocal = /^".*"$/s.test(local)
    ? /[\\"]/.test(local.slice(1, -1)) &&
      'backslash and quote are not allowed within quoted local part'
    : localPart(local);
  if (wrongLocal) {
    return wrongLocal;
  }
  const address = /^\[(IPv6:)?(.*)\]$/s.exec(domain);
  if (address) {
    const wrong = address[1] ? ipv6(address[2]) : ipv4(address[2]);
    return wrong && `invalid ${address[1] ? 'ipv6' : 'ipv4'} address: ${wrong}`;
  }
  const wrong = hostname(domain);
  return wrong && `invalid domain: ${wrong}`;
}

function localPart(local: string): string | undefined {
  if (local.startsWith('.')) {
    return 'starts with dot';
  }
  if (local.endsWith('.')) {
    return 'ends with dot';
  }
  if (local.includes('..')) {
    return 'consecutive dots';
  }
  const strange = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local)?.[0];
  return strange && `invalid character '${strange}'`;
}

function hostname(text: string): string | undefined {
  const name = text.replace(/\.$/, '');
  if (Buffer.byteLength(name) > 253) {
    return 'more than 253 characters long';
  }
  for (const label of name.split('.')) {
    if (label.length < 1 || Buffer.byteLength(label) > 63) {
      return 'label must be 1 to 63 characters long';
    }
    if (label.startsWith('-')) {
      return 'label starts with hyphen';
    }
    if (label.endsWith('-')) {
      return 'label ends with hyphen';
    }
    const strange = /[^a-zA-Z0-9-]/u.exec(label)?.[0];
    if (strange) {
      return `invalid character '${strange}'`;
    }
  }
  return undefined;
}

function ipv4(text: string): string | undefined {
  const groups = text.split('.');
  if (groups.length !== 4) {
    return 'expected four decimals';
  }
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) {
      return 'leading zeros';
    }
    if (!/^[0-9]{1,3}$/.test(group) || Number(group) > 255) {
      return 'decimal must be between 0 and 255';
    }
  }
  return undefined;
}

function ipv6(text: string): string | undefined {
  if (!text.includes(':')) {
    return 'missing colon';
  }
  if (text.includes('%')) {
    return 'zone id is not a part of ipv6 address';
  }
  return isIPv6(text) ? undefined : 'it is no IPv6 address';
}

function uri(text: string): string | undefined {
  return reference(text) ?? (hasScheme(text) ? undefined : 'relative url');
}

function uriReference(text: string): string | undefined {
  return text.includes('\\') ? 'contains \\' : reference(text);
}

function hasScheme(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text);
}

/** What Go's net/url refuses, which is little. */
function reference(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) {
    return 'invalid control character in URL';
  }
  if (text.startsWith(':')) {
    return 'missing protocol scheme';
  }
  const path = text.replace(/[#?].*$/s, '');
  if (/%(?![0-9a-fA-F]{2})/.test(path)) {
    return 'invalid URL escape';
  }
  const [, authority] =
    /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/([^/]*)/.exec(path) ?? [];
  if (authority === undefined) {
    return !hasScheme(text) && /^[^/]*:/.test(path)
      ? 'first path segment in URL cannot contain colon'
      : undefined;
  }
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (/[\s"<>\\^`{|}]/.test(host)) {
    return 'invalid character in host name';
  }
  const [, inBrackets, port] =
    /^\[([^\]]*)\](.*)$/.exec(host) ?? /^()[^:]*(.*)$/.exec(host)!;
  if (inBrackets && !isIPv6(inBrackets.replace(/%.*$/, ''))) {
    return 'invalid ipv6 address';
  }
  return /^(?::[0-9]*)?$/.test(port) ? undefined : 'invalid port after host';
}

function uuid(text: string): string | undefined {
  return /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)
    ? undefined
    : 'it must have five groups of 8, 4, 4, 4 and 12 hexadecimal digits';
}

function jsonPointer(text: string): string | undefined {
  if (text !== '' && !text.startsWith('/')) {
    return 'not starting with /';
  }
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined;
}

function relativeJsonPointer(text: string): string | undefined {
  const digits = /^[0-9]*/.exec(text)![0];
  if (digits === '') {
    return 'must start with non-negative integer';
  }
  if (digits.length > 1 && digits.startsWith('0')) {
    return 'starts with zero';
  }
  const rest = text.slice(digits.length);
  return rest === '#' ? undefined : jsonPointer(rest);
}

function regex(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function semver(text: string): string | undefined {
  return /^(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:-(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/.test(
    text,
  )
    ? undefined
    : 'it must have the form 1.2.3, 1.2.3-rc.1 or 1.2.3+build';
}

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date', date],
  ['time', time],
  ['date-time', dateTime],
  ['duration', duration],
  ['period', period],
  ['email', email],
  ['hostname', hostname],
  ['ipv4', ipv4],
  ['ipv6', ipv6],
  ['uri', uri],
  ['iri', uri],
  ['uri-reference', uriReference],
  ['iri-reference', uriReference],
  ['uuid', uuid],
  ['json-pointer', jsonPointer],
  ['relative-json-pointer', relativeJsonPointer],
  ['regex', regex],
  ['semver', semver],
]);

/** What is wrong with a text of a format; unknown formats take every text. */
export function checkFormat(name: string, text: string): string | undefined {
  return FORMATS.get(name)?.(text);
}
