import type { OnWarning } from '../values';

/** A broken index could have as many warnings as charts. */
const MAX_WARNINGS = 20;

/** Tells of charts that are left out of an index. */
export class SkippedCharts {
  private count = 0;

  constructor(private readonly onWarning?: OnWarning) {}

  add(name: string, version: string, problem: string): void {
    if (++this.count <= MAX_WARNINGS) {
      this.onWarning?.(
        `skipping invalid entry of chart ${show(name)}, version ${show(version)}: ${problem}`,
      );
    }
  }

  end(): void {
    const more = this.count - MAX_WARNINGS;
    if (more > 0) {
      this.onWarning?.(`skipping ${more} more invalid entries`);
    }
  }
}

/** For terminals: nothing in it that is not printable. */
function show(text: string): string {
  return JSON.stringify(text.slice(0, 100)).replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    '',
  );
}
