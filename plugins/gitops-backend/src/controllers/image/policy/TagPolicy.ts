import { ImagePolicySpec } from '@backstage-gitops/plugin-gitops-common';
import { NoTagError } from './InvalidPolicyError';
import { TagFilter } from './TagFilter';
import { TagOrder, tagOrderOf, Unfit } from './tagOrder';

/**
 * Why a tag was not chosen:
 *
 * - `filtered`: `spec.filterTags.pattern` does not match it
 * - `not-a-version`: it is no version of three numbers
 * - `out-of-range`: it is a version out of the range
 * - `behind`: another comes first
 */
export type TagRejection =
  'filtered' | 'not-a-version' | 'out-of-range' | 'behind';

/** A tag that a policy chose, and what of it was compared. */
export interface ChosenTag {
  tag: string;
  key: string;
}

interface Candidate extends ChosenTag {
  value: unknown;
}

/** One choice, while tags are offered to it. */
export class TagChoice {
  private best: Candidate | undefined;
  private offered = 0;
  private fit = 0;

  constructor(
    private readonly filter: TagFilter | undefined,
    private readonly order: TagOrder,
  ) {}

  /** @throws NoTagError where the policy allows no such tag */
  offer(tag: string): void {
    const key = this.filter ? this.filter.keyOf(tag) : tag;
    if (key === undefined) {
      return;
    }
    this.offered += 1;
    const value = this.order.read(key);
    if (isUnfit(value)) {
      return;
    }
    this.fit += 1;
    if (
      !this.best ||
      // Two tags of which the same is compared: the last one counts.
      this.best.key === key ||
      this.order.replaces(value, this.best.value)
    ) {
      this.best = { tag, key, value };
    }
  }

  /** How many tags came into question. */
  get candidates(): number {
    return this.fit;
  }

  /** @throws NoTagError */
  get chosen(): ChosenTag {
    if (this.best) {
      return { tag: this.best.tag, key: this.best.key };
    }
    throw new NoTagError(
      this.offered === 0
        ? 'version list argument cannot be empty: spec.filterTags.pattern matches no tag'
        : 'unable to determine latest version from provided list: no tag is a version in the range',
    );
  }
}

/**
 * Chooses one of many tags, as an ImagePolicy says (image-reflector-controller
 * 1.2). Compiled once, it may choose any number of times.
 */
export class TagPolicy {
  private readonly filter?: TagFilter;
  private readonly order: TagOrder;

  /** @throws InvalidPolicyError */
  constructor(spec: Pick<ImagePolicySpec, 'policy' | 'filterTags'>) {
    this.filter = spec.filterTags && new TagFilter(spec.filterTags);
    this.order = tagOrderOf(spec.policy);
  }

  /** Begins a choice; tags are to be offered in descending order. */
  begin(): TagChoice {
    return new TagChoice(this.filter, this.order);
  }

  /** Why a tag is not the one that was chosen; undefined where it is. */
  explain(tag: string, chosen: string | undefined): TagRejection | undefined {
    if (tag === chosen) {
      return undefined;
    }
    const key = this.filter ? this.filter.keyOf(tag) : tag;
    if (key === undefined) {
      return 'filtered';
    }
    try {
      const value = this.order.read(key);
      return isUnfit(value) ? value.unfit : 'behind';
    } catch {
      return 'not-a-version';
    }
  }
}

function isUnfit(value: unknown): value is Unfit {
  return typeof value === 'object' && value !== null && 'unfit' in value;
}
