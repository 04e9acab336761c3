import { EventContent } from './EventRecorder';

/** How many events may be written: so many at once, then so many a second. */
export interface EventRate {
  burst: number;
  perSecond: number;
}

/**
 * What goes well is told in the cluster as long as there is little of it; what
 * does not, for longer. All of it is in the history.
 */
const RATES: Readonly<Record<EventContent['type'], EventRate>> = {
  Normal: { burst: 100, perSecond: 2 },
  Warning: { burst: 200, perSecond: 10 },
};

interface Bucket {
  left: number;
  at: number;
}

/**
 * Bounds the Kubernetes events of each home, so that a thousand deliveries at
 * once do not spend more requests on telling of it than on doing it. (client-go
 * bounds them, too: by object.)
 */
export class EventBudget {
  private readonly now: () => number;
  private readonly rates: Readonly<Record<EventContent['type'], EventRate>>;
  private readonly buckets = new Map<string, Bucket>();

  constructor(options: {
    /** Milliseconds. */
    now: () => number;
    rates?: Readonly<Record<EventContent['type'], EventRate>>;
  }) {
    this.now = options.now;
    this.rates = options.rates ?? RATES;
  }

  /** Whether one more may be written now. */
  take(home: string, type: EventContent['type']): boolean {
    const { burst, perSecond } = this.rates[type];
    const at = this.now();
    const key = `${type}/${home}`;
    const before = this.buckets.get(key) ?? { left: burst, at };
    const seconds = Math.max(0, at - before.at) / 1_000;
    const left = Math.min(burst, before.left + seconds * perSecond);
    const isLeft = left >= 1;
    this.buckets.set(key, { left: isLeft ? left - 1 : left, at });
    return isLeft;
  }
}
