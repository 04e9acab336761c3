/** Cuts a list where what `keyOf` gives changes; keeps the order. */
export function runsOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): T[][] {
  const runs: T[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (key === last) runs[runs.length - 1].push(item);
    else runs.push([item]);
    last = key;
  }
  return runs;
}
