/** Lines around a difference that are shown with it. */
const CONTEXT = 3;
/** Cells of the table of common lines; larger differences are shown whole. */
const LARGEST_TABLE = 4_000_000;

interface Edit {
  mark: ' ' | '-' | '+';
  text: string;
  /** Of the expected text, from 1. */
  line: number;
}

/**
 * What differs between two texts: `-` before lines that were expected, `+`
 * before lines that came instead, line numbers of the expected text between.
 * Empty where the texts are equal.
 */
export function lineDiff(
  expected: string,
  actual: string,
  options: { maxLines?: number } = {},
): string {
  const { maxLines = 80 } = options;
  const lines = hunks(compare(expected.split('\n'), actual.split('\n')));
  return lines.length <= maxLines
    ? lines.join('\n')
    : [
        ...lines.slice(0, maxLines),
        `... and ${lines.length - maxLines} lines more`,
      ].join('\n');
}

function compare(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++;
  }
  const keep = (text: string, i: number): Edit => ({
    mark: ' ',
    text,
    line: i + 1,
  });
  return [
    ...a.slice(0, start).map(keep),
    ...compareMiddle(
      a.slice(start, a.length - end),
      b.slice(start, b.length - end),
      start + 1,
    ),
    ...a.slice(a.length - end).map((text, i) => keep(text, a.length - end + i)),
  ];
}

/** By a table of longest common subsequences. */
function compareMiddle(
  a: readonly string[],
  b: readonly string[],
  firstLine: number,
): Edit[] {
  const width = b.length + 1;
  const small = (a.length + 1) * width <= LARGEST_TABLE;
  const common = new Uint32Array(small ? (a.length + 1) * width : 0);
  if (small) {
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        common[i * width + j] =
          a[i] === b[j]
            ? common[(i + 1) * width + j + 1] + 1
            : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
      }
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const line = firstLine + i;
    if (small && i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ mark: ' ', text: a[i], line });
      i++;
      j++;
    } else if (
      i < a.length &&
      (!small ||
        j === b.length ||
        common[(i + 1) * width + j] >= common[i * width + j + 1])
    ) {
      edits.push({ mark: '-', text: a[i++], line });
    } else {
      edits.push({ mark: '+', text: b[j++], line });
    }
  }
  return edits;
}

function hunks(edits: readonly Edit[]): string[] {
  const shown = new Set<number>();
  edits.forEach(({ mark }, i) => {
    if (mark !== ' ') {
      for (let near = i - CONTEXT; near <= i + CONTEXT; near++) {
        shown.add(near);
      }
    }
  });
  const lines: string[] = [];
  edits.forEach(({ mark, text, line }, i) => {
    if (shown.has(i)) {
      if (i === 0 || !shown.has(i - 1)) {
        lines.push(`@@ line ${line} @@`);
      }
      lines.push(mark + text);
    }
  });
  return lines;
}
