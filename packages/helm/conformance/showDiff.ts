import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** Lines of a diff that are shown. */
const MAX_LINES = 80;
/** Lines that differ before it is no use to compare. */
const MAX_EDITS = 5000;

/** What differs between two texts, as a patch. */
export function showDiff(expected: string, actual: string): string {
  const patch = createTwoFilesPatch(
    ...(['expected', 'actual', expected, actual, '', ''] as const),
    {
      context: 3,
      maxEditLength: MAX_EDITS,
      headerOptions: FILE_HEADERS_ONLY,
    },
  );
  if (patch === undefined) {
    return `the texts differ in more than ${MAX_EDITS} lines`;
  }
  const lines = patch.trimEnd().split('\n');
  return lines.length <= MAX_LINES
    ? lines.join('\n')
    : [
        ...lines.slice(0, MAX_LINES),
        `... and ${lines.length - MAX_LINES} lines more`,
      ].join('\n');
}
