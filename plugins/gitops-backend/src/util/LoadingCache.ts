/**
 * Remembers what was loaded last, up to a weight. Whoever asks for something that
 * is being loaded waits for it; what failed is loaded again.
 */
export class LoadingCache<T> {
  private readonly load: (key: string) => Promise<T>;
  private readonly weigh: (value: T) => number;
  private readonly maxWeight: number;
  private readonly values = new Map<string, { value: T; weight: number }>();
  private readonly loading = new Map<string, Promise<T>>();
  private weight = 0;

  constructor(options: {
    load: (key: string) => Promise<T>;
    weigh: (value: T) => number;
    maxWeight: number;
  }) {
    this.load = options.load;
    this.weigh = options.weigh;
    this.maxWeight = options.maxWeight;
  }

  async get(key: string): Promise<T> {
    const known = this.values.get(key);
    if (known) {
      // Used last, dropped last.
      this.values.delete(key);
      this.values.set(key, known);
      return known.value;
    }
    let loading = this.loading.get(key);
    if (!loading) {
      loading = this.loadAndKeep(key).finally(() => this.loading.delete(key));
      this.loading.set(key, loading);
    }
    return loading;
  }

  private async loadAndKeep(key: string): Promise<T> {
    const value = await this.load(key);
    const weight = this.weigh(value);
    if (weight <= this.maxWeight) {
      this.values.set(key, { value, weight });
      this.weight += weight;
      for (const [oldest, entry] of this.values) {
        if (this.weight <= this.maxWeight) {
          break;
        }
        this.values.delete(oldest);
        this.weight -= entry.weight;
      }
    }
    return value;
  }
}
