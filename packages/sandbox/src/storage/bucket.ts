import type { JsonObject } from '../json/value';

/** The order of keys, as etcd has it. */
export function byKey(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The first position whose key is not before the given one. */
function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The objects of one storage; keys in order are kept until one comes or goes. */
export class Bucket {
  private readonly objects = new Map<string, JsonObject>();
  private sorted?: string[];

  get(key: string): JsonObject | undefined {
    return this.objects.get(key);
  }

  has(key: string): boolean {
    return this.objects.has(key);
  }

  set(key: string, object: JsonObject): void {
    if (!this.objects.has(key)) this.sorted = undefined;
    this.objects.set(key, object);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.sorted = undefined;
  }

  values(): Iterable<JsonObject> {
    return this.objects.values();
  }

  /** The keys of a namespace, or all, in order. */
  range(namespace: string | undefined): string[] {
    this.sorted ??= [...this.objects.keys()].sort(byKey);
    if (namespace === undefined) return this.sorted;
    const prefix = `${namespace}/`;
    const from = lowerBound(this.sorted, prefix);
    let to = from;
    while (to < this.sorted.length && this.sorted[to].startsWith(prefix)) {
      to += 1;
    }
    return this.sorted.slice(from, to);
  }
}
