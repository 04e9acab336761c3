import {
  GoError,
  GoFunction,
  goFunction,
  GoNil,
  GoTyped,
  INT,
  GoNumber,
  STRING,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { RE2JS } from 're2js';

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new GoError(
      `regexp: Compile(${JSON.stringify(pattern)}): ${
        (error as { message?: string }).message
      }`,
      { cause: error },
    );
  }
}

function matches(pattern: string, text: string): boolean {
  return compile(pattern).matcher(text).find();
}

function find(pattern: string, text: string): string {
  const matcher = compile(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

/**
 * The matches as Go counts them: an empty match right behind another match is
 * none. At most `limit`; all where it is negative.
 */
function* findAll(
  pattern: string,
  text: string,
  limit: number,
): Generator<readonly [start: number, end: number]> {
  const matcher = compile(pattern).matcher(text);
  let from = 0;
  let previous = -1;
  for (let found = 0; found !== limit && from <= text.length;) {
    if (!matcher.find(from)) {
      return;
    }
    const start = matcher.start();
    const end = matcher.end();
    const empty = start === end;
    if (!(empty && start === previous)) {
      found++;
      yield [start, end];
    }
    previous = end;
    if (empty && end === from) {
      from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    } else {
      from = end;
    }
  }
}

/** Go's nil slice, which is `null` in JSON. */
const NONE = new GoNil(STRING_SLICE);
const strings = (value: string[]) => new GoTyped(STRING_SLICE, value);
const count = (limit: GoNumber) => Number(limit.value);

function all(pattern: string, text: string, limit: GoNumber): GoTyped | GoNil {
  const found: string[] = [];
  for (const [start, end] of findAll(pattern, text, count(limit))) {
    found.push(text.slice(start, end));
  }
  return found.length > 0 ? strings(found) : NONE;
}

/** The text with every match replaced by these characters. */
function replaceLiteral(pattern: string, text: string, by: string): string {
  let replaced = '';
  let done = 0;
  for (const [start, end] of findAll(pattern, text, -1)) {
    replaced += text.slice(done, start) + by;
    done = end;
  }
  return replaced + text.slice(done);
}

/** Go's `Regexp.Split`: at most `limit` parts, the last one unsplit. */
function split(
  pattern: string,
  text: string,
  limit: GoNumber,
): GoTyped | GoNil {
  const most = count(limit);
  const found = [...findAll(pattern, text, most)];
  if (most === 0) {
    return NONE;
  }
  if (pattern !== '' && text === '') {
    return strings(['']);
  }
  const parts: string[] = [];
  let from = 0;
  let end = 0;
  for (const [start, stop] of found) {
    if (most > 0 && parts.length === most - 1) {
      break;
    }
    end = start;
    if (stop !== 0) {
      parts.push(text.slice(from, end));
    }
    from = stop;
  }
  if (end !== text.length) {
    parts.push(text.slice(from));
  }
  return strings(parts);
}

function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** Invalid patterns match nothing. */
function lenientMatches(pattern: string, text: string): boolean {
  try {
    return matches(pattern, text);
  } catch (error) {
    if (error instanceof GoError) {
      return false;
    }
    throw error;
  }
}

const TWO = [STRING, STRING];
const THREE = [STRING, STRING, STRING];
const COUNTED = [STRING, STRING, INT];

/**
 * Functions of regular expressions of sprig 3.3, with RE2's grammar and linear
 * time. A pattern that is none is an error of all but `regexMatch`.
 */
export const regexFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['regexMatch', goFunction(TWO, lenientMatches)],
  ['mustRegexMatch', goFunction(TWO, matches)],
  ['regexFind', goFunction(TWO, find)],
  ['mustRegexFind', goFunction(TWO, find)],
  ['regexFindAll', goFunction(COUNTED, all)],
  ['mustRegexFindAll', goFunction(COUNTED, all)],
  ['regexReplaceAllLiteral', goFunction(THREE, replaceLiteral)],
  ['mustRegexReplaceAllLiteral', goFunction(THREE, replaceLiteral)],
  ['regexSplit', goFunction(COUNTED, split)],
  ['mustRegexSplit', goFunction(COUNTED, split)],
  ['regexQuoteMeta', goFunction([STRING], quoteMeta)],
]);
