import { Match, Pattern } from './Pattern';

/** A piece of a replacement: characters, or the number of a group. */
type Piece = string | number;

/**
 * The text that takes the place of a match, by the rules of Go's
 * `Regexp.Expand`: `$name`, `${name}`, `$1`, `$$`. A name is as long as
 * possible (`$1x` is the group `1x`); groups that there are not are empty.
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
      } else if (match[2 * piece] >= 0) {
        expanded += text.slice(match[2 * piece], match[2 * piece + 1]);
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
      const group = groupOf(pattern, name);
      if (group !== undefined) {
        pieces.push(group);
      }
    }
  }
  pieces.push(replacement.slice(done));
  return pieces;
}

function groupOf(pattern: Pattern, name: string): number | undefined {
  // Larger numbers, and those with a zero ahead, are names.
  return /^(?:0|[1-9][0-9]{0,8})$/.test(name)
    ? Number(name)
    : pattern.groupNamed(name);
}
