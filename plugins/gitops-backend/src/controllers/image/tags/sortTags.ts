import { TimeSlice } from '../../../workers/TimeSlice';

/** Tags compared between two looks at the clock. */
const STEP = 2_000;

/**
 * Sorts tags in descending order and leaves out doubles; two hundred thousand of
 * them without holding up the event loop. Tags are ASCII, so that the order of
 * UTF-16 is that of bytes.
 *
 * @param pages - as the registry gave them; each is sorted in place
 */
export async function sortTags(pages: string[][]): Promise<string[]> {
  const slice = new TimeSlice();
  let runs: string[][] = [];
  for (const page of pages) {
    // A page of a registry that gives all at once may be as long as all.
    for (let from = 0; from < page.length; from += STEP) {
      runs.push(
        page
          .slice(from, from + STEP)
          .sort()
          .reverse(),
      );
      if (slice.isOver) {
        await slice.next();
      }
    }
  }
  while (runs.length > 1) {
    const next: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      next.push(
        i + 1 < runs.length
          ? await merge(runs[i], runs[i + 1], slice)
          : runs[i],
      );
    }
    runs = next;
  }
  const [sorted = []] = runs;
  return sorted.filter((tag, at) => tag !== sorted[at - 1]);
}

async function merge(
  one: readonly string[],
  other: readonly string[],
  slice: TimeSlice,
): Promise<string[]> {
  const merged: string[] = [];
  let a = 0;
  let b = 0;
  while (a < one.length || b < other.length) {
    const takesOne =
      b >= other.length || (a < one.length && one[a] >= other[b]);
    merged.push(takesOne ? one[a++] : other[b++]);
    if (merged.length % STEP === 0 && slice.isOver) {
      await slice.next();
    }
  }
  return merged;
}
