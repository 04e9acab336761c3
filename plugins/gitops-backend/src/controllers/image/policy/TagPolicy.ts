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

/** How a policy sees all tags, while they are offered to it. */
export class TagReview {
  /** By the order of the policy, no more than are wanted. */
  private readonly best: Candidate[] = [];
  private readonly found = new Map<TagRejection, number>();

  constructor(
    private readonly filter: TagFilter | undefined,
    private readonly order: TagOrder,
    private readonly most: number,
  ) {}

  offer(tag: string): void {
    const key = this.filter ? this.filter.keyOf(tag) : tag;
    if (key === undefined) {
      this.count('filtered');
      return;
    }
    const value = readFit(this.order, key);
    this.count(isUnfit(value) ? value.unfit : 'behind');
    if (!isUnfit(value)) {
      this.rank({ tag, key, value });
    }
  }

  /** How many tags there are of each; the one that was chosen is `behind`, too. */
  get counts(): ReadonlyMap<TagRejection, number> {
    return this.found;
  }

  /** Those that come first, the one that is chosen at the top. */
  get top(): readonly ChosenTag[] {
    return this.best.map(({ tag, key }) => ({ tag, key }));
  }

  private rank(candidate: Candidate): void {
    const { best, order } = this;
    const same = best.findIndex(({ key }) => key === candidate.key);
    if (same >= 0) {
      // As in a choice, the last of those counts; the one before is not shown.
      best[same] = candidate;
      return;
    }
    let place = best.length;
    while (
      place > 0 &&
      order.replaces(candidate.value, best[place - 1].value)
    ) {
      place -= 1;
    }
    if (place < this.most) {
      best.splice(place, 0, candidate);
      best.length = Math.min(best.length, this.most);
    }
  }

  private count(rejection: TagRejection): void {
    this.found.set(rejection, (this.found.get(rejection) ?? 0) + 1);
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

  /** Begins a look at all tags, which are to be offered in descending order. */
  review(most: number): TagReview {
    return new TagReview(this.filter, this.order, most);
  }

  /** What is compared of a tag; undefined where it is left out. */
  keyOf(tag: string): string | undefined {
    return this.filter ? this.filter.keyOf(tag) : tag;
  }

  /** Why a tag is not the one that was chosen; undefined where it is. */
  explain(tag: string, chosen: string | undefined): TagRejection | undefined {
    if (tag === chosen) {
      return undefined;
    }
    const key = this.keyOf(tag);
    if (key === undefined) {
      return 'filtered';
    }
    const value = readFit(this.order, key);
    return isUnfit(value) ? value.unfit : 'behind';
  }
}

/** What is compared; a text that ends a choice is no version here. */
function readFit(order: TagOrder, key: string): unknown {
  try {
    return order.read(key);
  } catch {
    return { unfit: 'not-a-version' } satisfies Unfit;
  }
}

function isUnfit(value: unknown): value is Unfit {
  return typeof value === 'object' && value !== null && 'unfit' in value;
}
