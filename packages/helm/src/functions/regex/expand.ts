import { Match, Pattern } from './Pattern';

/** A piece of a replacement: characters, or groups of which one is taken. */
type Piece = string | readonly number[];

/**
 * The text that takes the place of a match, by the rules of Go's
 * `Regexp.Expand`: `$name`, `${name}`, `$1`, `$$`. A name is as long as
 * possible (`$1x` is the group `1x`); groups that there are not are empty.
 *
 * @public
 */
export function expander(
  pattern: Pattern,
  replacement: string,
): (text: string, match: Match) => string {
  if (!replacement.includes('$')) {
    return () => replacement;
  }
  const pieces = readPieces(pattern, replacement);
  return (text, match) => {
    let expanded = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        expanded += piece;
      } else {
        const group = piece.find(number => match[2 * number] >= 0);
        if (group !== undefined) {
          expanded += text.slice(match[2 * group], match[2 * group + 1]);
        }
      }
    }
    return expanded;
  };
}

const REFERENCE =
  /\$(?:\$|\{(?<braced>[\p{L}\p{Nd}_]+)\}|(?<bare>[\p{L}\p{Nd}_]+))?/gu;

function readPieces(pattern: Pattern, replacement: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const reference of replacement.matchAll(REFERENCE)) {
    pieces.push(replacement.slice(done, reference.index));
    done = reference.index + reference[0].length;
    const name = reference.groups!.braced ?? reference.groups!.bare;
    if (name === undefined) {
      pieces.push('$');
    } else {
      pieces.push(groupsOf(pattern, name));
    }
  }
  pieces.push(replacement.slice(done));
  return pieces;
}

function groupsOf(pattern: Pattern, name: string): readonly number[] {
  // Larger numbers, and those with a zero ahead, are names.
  return /^(?:0|[1-9][0-9]{0,8})$/.test(name)
    ? [Number(name)]
    : pattern.groupsNamed(name);
}
