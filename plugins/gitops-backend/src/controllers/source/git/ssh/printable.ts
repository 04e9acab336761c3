const LONGEST = 200;

/** What a server says, on one line and short enough for a message. */
export function printable(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
