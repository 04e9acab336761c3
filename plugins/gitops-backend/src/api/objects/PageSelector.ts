import { SortKey } from './ObjectSummary';

/** Orders sort keys part by part; parts of one place are of one type. */
export function compareSortKeys(a: SortKey, b: SortKey): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] < b[i]) {
      return -1;
    }
    if (a[i] > b[i]) {
      return 1;
    }
  }
  return 0;
}

/** Where a page begins. */
export interface PagePosition {
  /** The item before the first of the page, in the direction of travel. */
  key: SortKey;
  direction: 'next' | 'prev';
}

/**
 * Picks one page out of items that come in any order, without sorting them all:
 * it keeps the best `limit` so far and one more, to know whether there are more.
 */
export class PageSelector<T> {
  private readonly kept: T[] = [];
  private readonly keyOf: (item: T) => SortKey;
  private readonly limit: number;
  private readonly position?: PagePosition;
  private readonly sign: 1 | -1;

  constructor(options: {
    keyOf: (item: T) => SortKey;
    limit: number;
    position?: PagePosition;
  }) {
    this.keyOf = options.keyOf;
    this.limit = options.limit;
    this.position = options.position;
    this.sign = options.position?.direction === 'prev' ? -1 : 1;
  }

  offer(item: T): void {
    const key = this.keyOf(item);
    if (this.position && this.compare(key, this.position.key) <= 0) {
      return;
    }
    const { kept } = this;
    const full = kept.length > this.limit;
    if (full && this.compare(key, this.keyOf(kept[kept.length - 1])) >= 0) {
      return;
    }
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.keyOf(kept[middle]), key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    kept.splice(low, 0, item);
    if (full) {
      kept.pop();
    }
  }

  /** The page in the order of the list, and where its neighbours begin. */
  finish(): { items: T[]; next?: PagePosition; prev?: PagePosition } {
    const more = this.kept.length > this.limit;
    const items = this.kept.slice(0, this.limit);
    const backwards = this.sign < 0;
    if (backwards) {
      items.reverse();
    }
    if (items.length === 0) {
      return { items };
    }
    const hasNext = backwards || more;
    const hasPrev = backwards ? more : this.position !== undefined;
    return {
      items,
      ...(hasNext && {
        next: {
          key: this.keyOf(items[items.length - 1]),
          direction: 'next' as const,
        },
      }),
      ...(hasPrev && {
        prev: { key: this.keyOf(items[0]), direction: 'prev' as const },
      }),
    };
  }

  private compare(a: SortKey, b: SortKey): number {
    return this.sign * compareSortKeys(a, b);
  }
}
