/** How often a part, which is not empty, is in the text. */
export function countOf(text: string, part: string): number {
  let count = 0;
  let at = text.indexOf(part);
  while (at >= 0) {
    count++;
    at = text.indexOf(part, at + part.length);
  }
  return count;
}
