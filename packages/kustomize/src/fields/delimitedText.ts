/** Where one of the parts is that delimiters make of a text. */
export function findPart(
  text: string,
  delimiter: string,
  index: number,
): { start: number; end: number } | undefined {
  if (index < 0) {
    return undefined;
  }
  let start = 0;
  for (let i = 0; i < index; i++) {
    const next = text.indexOf(delimiter, start);
    if (next < 0) {
      return undefined;
    }
    start = next + delimiter.length;
  }
  const end = text.indexOf(delimiter, start);
  return { start, end: end < 0 ? text.length : end };
}

/**
 * Replaces a part; a negative index adds one in front, one behind the last
 * part adds one at the end.
 */
export function replacePart(
  text: string,
  part: string,
  place: { delimiter: string; index: number },
): string {
  const { delimiter, index } = place;
  if (index < 0) {
    return part + delimiter + text;
  }
  const found = findPart(text, delimiter, index);
  return found
    ? text.slice(0, found.start) + part + text.slice(found.end)
    : text + delimiter + part;
}
