import { GoFunction, goFunction, STRING } from '@backstage-gitops/go-template';
import {
  isAscii,
  isDigit,
  isLetter,
  isLower,
  isSpace,
  isTitle,
  isUpper,
  runesOf,
  textOfRunes,
  toLower,
  toTitle,
  toUpper,
} from './runes';

type MapRune = (rune: number) => number;

function mapRunes(text: string, map: MapRune): string {
  return textOfRunes(runesOf(text).map(map));
}

/** `strings.ToUpper`. */
function upper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapRunes(text, toUpper);
}

/** `strings.ToLower`. */
function lower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapRunes(text, toLower);
}

/** What separates words for `strings.Title`. */
function isSeparator(rune: number): boolean {
  if (rune < 0x80) {
    return !isLetter(rune) && !isDigit(rune) && rune !== 0x5f;
  }
  return isSpace(rune);
}

/** `strings.Title`. */
function title(text: string): string {
  let atStart = true;
  return mapRunes(text, rune => {
    const mapped = atStart ? toTitle(rune) : rune;
    atStart = isSeparator(rune);
    return mapped;
  });
}

/** `Uncapitalize` of goutils 1.1: the first letter of every word is lower. */
function untitle(text: string): string {
  let atStart = true;
  return mapRunes(text, rune => {
    if (isSpace(rune)) {
      atStart = true;
      return rune;
    }
    const mapped = atStart ? toLower(rune) : rune;
    atStart = false;
    return mapped;
  });
}

/**
 * `SwapCase` of goutils 1.1. What is neither a letter with a case nor white
 * space ends the start of a word too.
 */
function swapcase(text: string): string {
  let atStart = true;
  return mapRunes(text, rune => {
    if (isUpper(rune) || isTitle(rune)) {
      atStart = false;
      return toLower(rune);
    }
    if (isLower(rune)) {
      const mapped = atStart ? toTitle(rune) : toUpper(rune);
      atStart = false;
      return mapped;
    }
    atStart = isSpace(rune);
    return rune;
  });
}

/** Functions that change the case of letters, rune by rune. */
export const caseFunctions: ReadonlyMap<string, GoFunction> = new Map(
  Object.entries({ upper, lower, title, untitle, swapcase }).map(
    ([name, call]) => [name, goFunction([STRING], call)] as const,
  ),
);
