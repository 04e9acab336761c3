import { GoFunction, goFunction, STRING } from '@backstage-gitops/go-template';
import { joinWords } from './joinWords';
import { isConnector } from './nextWord';
import { isUpper, runesOf, textOfRunes, toLower, toUpper } from './runes';

/** `ToPascalCase` of xstrings 1.5; connectors at the start stay. */
function camelcase(text: string): string {
  const runes = runesOf(text);
  const first = runes.findIndex(rune => !isConnector(rune));
  if (first < 0) {
    // Nothing but connectors: the last one comes twice.
    return textOfRunes([...runes, ...runes.slice(-1)]);
  }
  const out = runes.slice(0, first);
  let previous = toUpper(runes[first]);
  // Letters after a capital are lower until there is a small one.
  let isLowering = isUpper(runes[first]);
  for (const original of runes.slice(first + 1)) {
    let rune = original;
    if (isConnector(rune) && isConnector(previous)) {
      out.push(previous);
    } else if (isConnector(previous)) {
      isLowering = isUpper(rune);
      rune = toUpper(rune);
    } else {
      if (isLowering && isUpper(rune)) {
        rune = toLower(rune);
      } else {
        isLowering = false;
      }
      out.push(previous);
    }
    previous = rune;
  }
  out.push(previous);
  return textOfRunes(out);
}

/** `camelcase`, `snakecase`, `kebabcase`. */
export const wordFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['camelcase', goFunction([STRING], camelcase)],
  ['snakecase', goFunction([STRING], (text: string) => joinWords(text, '_'))],
  ['kebabcase', goFunction([STRING], (text: string) => joinWords(text, '-'))],
]);
