import { Run } from '@backstage-gitops/go-template';
import { widthAt } from '../text/runes';
import { Match, Pattern } from './Pattern';

/** What it takes to read a pattern or a text, in steps of a run. */
export function stepsFor(text: string): number {
  return 1 + Math.floor(text.length / 1024);
}

/**
 * All matches, as Go's `FindAll` counts them: an empty match right behind
 * another match is none. At most `limit`; all where it is negative.
 */
export function* eachMatch(
  run: Run,
  pattern: Pattern,
  text: string,
  options: { limit?: number; withGroups?: boolean } = {},
): Generator<Match> {
  const { limit = -1, withGroups = false } = options;
  const search = pattern.search(text, withGroups);
  const steps = stepsFor(text);
  let from = 0;
  let previous = -1;
  for (let found = 0; found !== limit && from <= text.length;) {
    run.spend(steps);
    const match = search(from);
    if (!match) {
      return;
    }
    const [start, end] = match;
    const wasEmpty = end === from;
    if (!(wasEmpty && start === previous)) {
      found++;
      yield match;
    }
    from = wasEmpty ? from + widthAt(text, from) : end;
    previous = end;
  }
}
