/** Longer names are not compared: nobody mistypes them within two letters. */
const LONGEST_NAME = 64;

/**
 * The candidate that a mistyped name was meant to be: the same but for case and
 * separators, or at most two letters away (one for short names).
 */
export function nearest(
  name: string,
  candidates: readonly string[],
): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const plain = simplify(name);
  const limit = name.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const simple = simplify(candidate);
    const distance =
      simple === plain || `${plain}s` === simple || `${simple}s` === plain
        ? 0
        : editDistance(plain, simple);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** Levenshtein's distance, with the exchange of two neighbours as one step. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(
        rows[i - 1][j] + 1,
        row[j - 1] + 1,
        rows[i - 1][j - 1] + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
