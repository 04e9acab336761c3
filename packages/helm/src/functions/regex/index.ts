import {
  GoError,
  GoFunction,
  goFunction,
  GoNil,
  GoNumber,
  GoType,
  GoTyped,
  INT,
  Run,
  STRING,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { checkListLength, checkTextLength } from '../bounds';
import { expander } from './expand';
import { eachMatch, stepsFor } from './matches';
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

type Call<T> = (run: Run, pattern: Pattern, text: string, more: T) => unknown;

/** A function of a pattern, a text, and perhaps one thing more. */
function ofPattern<T>(
  parameters: readonly GoType[],
  compile: (source: string) => Pattern,
  call: Call<T>,
): GoFunction {
  return goFunction(
    parameters,
    (run: Run, source: string, text: string, more: T) => {
      run.spend(stepsFor(source));
      return call(run, compile(source), text, more);
    },
    { needsRun: true },
  );
}

const find: Call<undefined> = (run, pattern, text) => {
  run.spend(stepsFor(text));
  return pattern.find(text);
};
const test: Call<undefined> = (run, pattern, text) => {
  run.spend(stepsFor(text));
  return pattern.test(text);
};

/** The functions whose patterns are compiled in one of Go's two ways. */
function functionsOf(
  compile: (source: string) => Pattern,
  name: (plain: string) => string,
): [string, GoFunction][] {
  return [
    [name('regexFind'), ofPattern(TWO, compile, find)],
    [name('regexFindAll'), ofPattern(COUNTED, compile, findAll)],
    [name('regexReplaceAll'), ofPattern(THREE, compile, replaceAll)],
    [
      name('regexReplaceAllLiteral'),
      ofPattern(THREE, compile, replaceAllLiteral),
    ],
    [name('regexSplit'), ofPattern(COUNTED, compile, split)],
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
  const compile = (source: string) => cache.compile(source);
  const mustCompile = (source: string) => cache.mustCompile(source);
  /** What matches nothing takes the place of a pattern that is none. */
  const compileOrNothing = (source: string) => {
    try {
      return cache.compile(source);
    } catch (error) {
      if (error instanceof GoError) {
        return cache.compile('[^\\x00-\\x{10FFFF}]');
      }
      throw error;
    }
  };
  return new Map([
    ['regexMatch', ofPattern(TWO, compileOrNothing, test)],
    ['mustRegexMatch', ofPattern(TWO, compile, test)],
    ...functionsOf(mustCompile, plain => plain),
    ...functionsOf(compile, mustName),
    ['regexQuoteMeta', goFunction([STRING], quoteMeta)],
  ]);
}
