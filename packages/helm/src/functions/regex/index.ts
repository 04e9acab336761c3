import {
  GoError,
  GoFunction,
  goFunction,
  GoNil,
  GoTyped,
  INT,
  GoNumber,
  Run,
  STRING,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { checkListLength, checkTextLength } from '../bounds';
import { expander } from './expand';
import { eachMatch } from './matches';
import { Pattern } from './Pattern';
import { PatternCache } from './PatternCache';

/** Go's nil slice, which is `null` in JSON. */
const NONE = new GoNil(STRING_SLICE);
const strings = (value: string[]) => new GoTyped(STRING_SLICE, value);

function findAll(
  run: Run,
  pattern: Pattern,
  text: string,
  limit: GoNumber,
): GoTyped | GoNil {
  const found: string[] = [];
  const options = { limit: Number(limit.value) };
  for (const [start, end] of eachMatch(run, pattern, text, options)) {
    found.push(text.slice(start, end));
    checkListLength(found.length);
  }
  return found.length > 0 ? strings(found) : NONE;
}

/** Go's `Regexp.Split`: at most `limit` parts, the last one unsplit. */
function split(
  run: Run,
  pattern: Pattern,
  text: string,
  limit: GoNumber,
): GoTyped | GoNil {
  const most = Number(limit.value);
  if (most === 0) {
    return NONE;
  }
  if (pattern.source !== '' && text === '') {
    return strings(['']);
  }
  const parts: string[] = [];
  let from = 0;
  let end = 0;
  for (const [start, stop] of eachMatch(run, pattern, text, { limit: most })) {
    if (most > 0 && parts.length === most - 1) {
      break;
    }
    end = start;
    if (stop !== 0) {
      parts.push(text.slice(from, end));
      checkListLength(parts.length);
    }
    from = stop;
  }
  if (end !== text.length) {
    parts.push(text.slice(from));
  }
  return strings(parts);
}

function replaceAll(
  run: Run,
  pattern: Pattern,
  text: string,
  replacement: string,
): string {
  const withGroups = replacement.includes('$');
  const expand = expander(pattern, replacement);
  let replaced = '';
  let done = 0;
  for (const match of eachMatch(run, pattern, text, { withGroups })) {
    replaced += text.slice(done, match[0]) + expand(text, match);
    checkTextLength(replaced.length);
    done = match[1];
  }
  return replaced + text.slice(done);
}

function replaceAllLiteral(
  run: Run,
  pattern: Pattern,
  text: string,
  replacement: string,
): string {
  let replaced = '';
  let done = 0;
  for (const [start, end] of eachMatch(run, pattern, text)) {
    replaced += text.slice(done, start) + replacement;
    checkTextLength(replaced.length);
    done = end;
  }
  return replaced + text.slice(done);
}

function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

const TWO = [STRING, STRING];
const THREE = [STRING, STRING, STRING];
const COUNTED = [STRING, STRING, INT];

type Compile = (source: string) => Pattern;

/** The functions whose patterns are compiled in one of Go's two ways. */
function functionsOf(
  compile: Compile,
  name: (plain: string) => string,
): [string, GoFunction][] {
  const find = goFunction(TWO, (source: string, text: string) =>
    compile(source).find(text),
  );
  const long = <T>(
    parameters: typeof THREE,
    call: (run: Run, pattern: Pattern, text: string, more: T) => unknown,
  ) =>
    goFunction(
      parameters,
      (run: Run, source: string, text: string, more: T) =>
        call(run, compile(source), text, more),
      { needsRun: true },
    );
  return [
    [name('regexFind'), find],
    [name('regexFindAll'), long(COUNTED, findAll)],
    [name('regexReplaceAll'), long(THREE, replaceAll)],
    [name('regexReplaceAllLiteral'), long(THREE, replaceAllLiteral)],
    [name('regexSplit'), long(COUNTED, split)],
  ];
}

const mustName = (plain: string) =>
  `must${plain[0].toUpperCase()}${plain.slice(1)}`;

/**
 * Functions of regular expressions of sprig 3.3, with RE2's grammar and linear
 * time. A pattern that is none is an error of all but `regexMatch`. Compiled
 * patterns are kept, as far as they are small.
 */
export function createRegexFunctions(): ReadonlyMap<string, GoFunction> {
  const cache = new PatternCache();
  const matches = (source: string, text: string) =>
    cache.compile(source).test(text);
  const lenientMatches = (source: string, text: string) => {
    let pattern: Pattern;
    try {
      pattern = cache.compile(source);
    } catch (error) {
      if (error instanceof GoError) {
        return false;
      }
      throw error;
    }
    return pattern.test(text);
  };
  return new Map([
    ['regexMatch', goFunction(TWO, lenientMatches)],
    ['mustRegexMatch', goFunction(TWO, matches)],
    ...functionsOf(
      source => cache.mustCompile(source),
      plain => plain,
    ),
    ...functionsOf(source => cache.compile(source), mustName),
    ['regexQuoteMeta', goFunction([STRING], quoteMeta)],
  ]);
}
