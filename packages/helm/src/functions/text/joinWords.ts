import { isConnector, nextWord, Word, WordKind } from './nextWord';
import { isRuneError, isUpper, textOfRunes, toLower } from './runes';

const isOneOf = (word: Word, ...kinds: WordKind[]) => kinds.includes(word.kind);

/**
 * Words in small letters with a connector between them, by the rules of
 * xstrings 1.5: digits belong to the word before them, unless small letters
 * follow (`Bld4Floor3rd` is `bld4_floor_3rd`).
 */
export function joinWords(text: string, connector: string): string {
  const runes = Array.from(text, rune => rune.codePointAt(0)!);
  const parts: string[] = [];
  const lower = (rune: number): number => {
    if (isRuneError(rune)) {
      return 0xfffd;
    }
    return isUpper(rune) ? toLower(rune) : rune;
  };
  const write = ({ kind, start, end }: Word) => {
    let word = runes.slice(start, end);
    if (kind === 'connector') {
      word = word.map(rune =>
        isConnector(rune) ? connector.charCodeAt(0) : lower(rune),
      );
    } else if (kind === 'upper') {
      word = word.map(lower);
    }
    parts.push(textOfRunes(word));
  };
  let word = nextWord(runes, 0);
  const advance = () => {
    word = nextWord(runes, word.end);
  };
  const writeDigitsAndLetters = () => {
    while (isOneOf(word, 'alphabet', 'number')) {
      write(word);
      advance();
    }
    if (!isOneOf(word, 'invalid', 'punct', 'connector')) {
      parts.push(connector);
    }
  };
  const separate = () => {
    if (!isOneOf(word, 'connector', 'punct')) {
      parts.push(connector);
    }
  };

  while (word.end < runes.length) {
    const previous = word;
    if (previous.kind !== 'connector') {
      write(previous);
    }
    advance();
    if (previous.kind === 'connector') {
      write(previous);
    } else if (previous.kind === 'number') {
      writeDigitsAndLetters();
    } else if (previous.kind === 'punct') {
      continue;
    } else if (word.kind !== 'number') {
      separate();
    } else if (word.end < runes.length) {
      const digits = word;
      advance();
      if (isOneOf(word, 'alphabet')) {
        parts.push(connector);
        write(digits);
        writeDigitsAndLetters();
      } else {
        write(digits);
        separate();
      }
    }
  }
  write(word);
  return parts.join('');
}
