/** The order in which a walk through directories comes by: part by part, as bytes. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(keyOf(a), keyOf(b));
}

/** No name holds a zero, and nothing sorts before it. */
function keyOf(path: string): Buffer {
  return Buffer.from(path.replaceAll('/', '\0'));
}
