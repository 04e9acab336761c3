import { expander, Match, Pattern } from '@backstage-gitops/helm';
import { InvalidPolicyError } from './InvalidPolicyError';

/** `spec.filterTags`: which tags count, and what of them is compared. */
export class TagFilter {
  private readonly pattern: Pattern;
  private readonly expand?: (text: string, match: Match) => string;

  /** @throws InvalidPolicyError */
  constructor(spec: { pattern?: string; extract?: string }) {
    const { pattern = '', extract } = spec;
    try {
      this.pattern = Pattern.compile(pattern);
    } catch (error) {
      throw new InvalidPolicyError(
        `invalid regular expression pattern '${pattern}': ${(error as Error).message}; correct spec.filterTags.pattern`,
      );
    }
    this.expand = extract ? expander(this.pattern, extract) : undefined;
  }

  /** What of a tag is compared; undefined where it does not match. */
  keyOf(tag: string): string | undefined {
    if (!this.expand) {
      return this.pattern.test(tag) ? tag : undefined;
    }
    const match = this.pattern.search(tag, true)(0);
    return match && this.expand(tag, match);
  }
}
