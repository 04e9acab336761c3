import { Source } from './Source';

const URI = /[0-9A-Za-z_;/?:@&=+$,.!~*'()[\]%-]/;

/** The handle and the rest of a tag. */
export function scanTag(source: Source): { handle: string; suffix: string } {
  let handle = '';
  let suffix: string;
  if (source.at(1) === '<') {
    source.skip(2);
    suffix = scanUri(source, '');
    if (source.at() !== '>') {
      source.fail("did not find the expected '>'");
    }
    source.skip();
  } else {
    handle = scanHandle(source, false);
    if (handle.length > 1 && handle.endsWith('!')) {
      suffix = scanUri(source, '');
    } else {
      suffix = scanUri(source, handle);
      handle = '!';
      if (suffix === '') {
        handle = '';
        suffix = '!';
      }
    }
  }
  if (!source.isBlankOrEnd()) {
    source.fail('did not find expected whitespace or line break');
  }
  return { handle, suffix };
}

function scanHandle(source: Source, directive: boolean): string {
  if (source.at() !== '!') {
    source.fail("did not find expected '!'");
  }
  let handle = source.read() + source.readAlpha();
  if (source.at() === '!') {
    handle += source.read();
  } else if (directive && handle !== '!') {
    source.fail("did not find expected '!'");
  }
  return handle;
}

function scanUri(source: Source, head: string): string {
  let uri = head.slice(1);
  let found = head !== '';
  while (URI.test(source.at())) {
    uri += source.at() === '%' ? scanUriEscapes(source) : source.read();
    found = true;
  }
  if (!found) {
    source.fail('did not find expected tag URI');
  }
  return uri;
}

function scanUriEscapes(source: Source): string {
  const hex = source.text.slice(source.pos + 1, source.pos + 3);
  if (!/^[0-9a-fA-F]{2}$/.test(hex)) {
    source.fail('did not find URI escaped octet');
  }
  source.skip(3);
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** A directive: undefined for `%YAML`, the handle and its prefix for `%TAG`. */
export function scanDirective(
  source: Source,
): { version: string } | { handle: string; prefix: string } {
  source.skip();
  const name = source.readAlpha();
  if (name === '') {
    source.fail('could not find expected directive name');
  }
  if (!source.isBlankOrEnd()) {
    source.fail('found unexpected non-alphabetical character');
  }
  let result: { version: string } | { handle: string; prefix: string };
  if (name === 'YAML') {
    result = { version: scanVersion(source) };
  } else if (name === 'TAG') {
    result = scanTagDirective(source);
  } else {
    return source.fail('found unknown directive name');
  }
  source.skipBlanks();
  source.skipComment();
  if (!source.isBreakOrEnd()) {
    source.fail('did not find expected comment or line break');
  }
  if (source.isBreak()) {
    source.skipLine();
  }
  return result;
}

function scanVersion(source: Source): string {
  source.skipBlanks();
  const major = scanVersionNumber(source);
  if (source.at() !== '.') {
    source.fail("did not find expected digit or '.' character");
  }
  source.skip();
  return `${major}.${scanVersionNumber(source)}`;
}

function scanVersionNumber(source: Source): number {
  let digits = '';
  while (/[0-9]/.test(source.at())) {
    if (digits.length === 2) {
      source.fail('found extremely long version number');
    }
    digits += source.read();
  }
  if (digits === '') {
    source.fail('did not find expected version number');
  }
  return Number(digits);
}

function scanTagDirective(source: Source): { handle: string; prefix: string } {
  source.skipBlanks();
  const handle = scanHandle(source, true);
  if (!source.isBlank()) {
    source.fail('did not find expected whitespace');
  }
  source.skipBlanks();
  const prefix = scanUri(source, '');
  if (!source.isBlankOrEnd()) {
    source.fail('did not find expected whitespace or line break');
  }
  return { handle, prefix };
}
