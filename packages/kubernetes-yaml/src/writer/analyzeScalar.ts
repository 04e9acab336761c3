import { resolvePlain, YamlDialect } from '../reader/scalars';

/** How a string is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

// Most strings: a letter, then nothing that could be an indicator. What such
// a string could resolve to are the words checked below.
const SIMPLE = /^[A-Za-z/][A-Za-z0-9_./-]*$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
// What YAML 1.1 takes for booleans; go-yaml v3 quotes them although it does not.
const OLD_BOOLEAN = /^(?:[yYnN]|yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/;
const FIRST_INDICATORS = new Set('#,[]{}&*!|>\'"%@`');

/**
 * The style go-yaml v2.4 or v3 gives a string: literal for several lines,
 * quotes where plain text would be read as something else, and the fallbacks
 * of libyaml's emitter. `simpleKey` is true for keys in front of a colon.
 */
export function styleOf(
  text: string,
  simpleKey: boolean,
  dialect: YamlDialect = 'yaml11',
): ScalarStyle {
  if (SIMPLE.test(text)) {
    return resolvesToString(text, dialect) ? 'plain' : 'double';
  }
  const facts = analyze(text, dialect);
  if (text.includes('\n')) {
    return facts.blockAllowed && !simpleKey ? 'literal' : 'double';
  }
  if (!resolvesToString(text, dialect) || (facts.multiline && simpleKey)) {
    return 'double';
  }
  if (facts.plainAllowed) {
    return 'plain';
  }
  return facts.singleAllowed ? 'single' : 'double';
}

function resolvesToString(text: string, dialect: YamlDialect): boolean {
  return (
    resolvePlain(text, dialect).kind === 'str' &&
    !BASE_60.test(text) &&
    !(dialect === 'go-yaml-v3' && OLD_BOOLEAN.test(text))
  );
}

interface ScalarFacts {
  multiline: boolean;
  plainAllowed: boolean;
  singleAllowed: boolean;
  blockAllowed: boolean;
}

function analyze(text: string, dialect: YamlDialect): ScalarFacts {
  const indicators = hasBlockIndicators(text);
  let breaks = false;
  let special = false;
  let tab = false;
  let breakSpace = false;
  let spaceBreak = false;
  let previousSpace = false;
  let previousBreak = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x09 && dialect === 'go-yaml-v3') {
      tab = true;
    } else if (!isPrintable(code)) {
      special = true;
    }
    if (code === 0x20) {
      breakSpace ||= previousBreak;
      previousSpace = true;
      previousBreak = false;
    } else if (isLineBreak(code)) {
      breaks = true;
      spaceBreak ||= previousSpace;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
  }
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const edge =
    first === 0x20 || isLineBreak(first) || last === 0x20 || isLineBreak(last);
  const quotedOnly = spaceBreak || special;
  const unquoted = !quotedOnly && !tab;
  return {
    multiline: breaks,
    plainAllowed: !indicators && !edge && !breaks && !breakSpace && unquoted,
    singleAllowed: !breakSpace && unquoted,
    blockAllowed: last !== 0x20 && !quotedOnly,
  };
}

function hasBlockIndicators(text: string): boolean {
  if (text.startsWith('---') || text.startsWith('...')) {
    return true;
  }
  const first = text[0];
  if (FIRST_INDICATORS.has(first)) {
    return true;
  }
  if ('?:-'.includes(first) && endsWord(text, 1)) {
    return true;
  }
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a && endsWord(text, i + 1)) {
      return true;
    }
    if (code === 0x23 && endsWord(text, i - 1)) {
      return true;
    }
  }
  return false;
}

/** True where position `i` is blank or the end of the text. */
function endsWord(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  return (
    Number.isNaN(code) || code === 0x20 || code === 0x09 || isLineBreak(code)
  );
}

/** A line break in libyaml's sense. */
export function isLineBreak(code: number): boolean {
  return (
    code === 0x0a ||
    code === 0x0d ||
    code === 0x85 ||
    code === 0x2028 ||
    code === 0x2029
  );
}

/**
 * Printable in the sense of go-yaml v2, which leaves out the tab and all that
 * lies beyond the basic plane (both halves of a surrogate pair).
 */
export function isPrintable(code: number): boolean {
  return (
    code === 0x0a ||
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code < 0xfffe && code !== 0xfeff)
  );
}
