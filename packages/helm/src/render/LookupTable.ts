import { RenderError } from './RenderError';
import type { LookupQuery } from './RenderState';

/**
 * What `lookup` of templates answers when the cluster can only be asked
 * between two renderings, as from a worker thread. A query that is not known
 * finds nothing, and is noted: after a rendering, whether it failed or not, fetch
 * what is {@link LookupTable.missing}, {@link LookupTable.answer} it or say that it
 * failed ({@link LookupTable.fail}), and render again, until nothing is missing.
 *
 * @public
 */
export class LookupTable {
  private readonly answers = new Map<string, object | null>();
  private readonly failures = new Map<string, string>();
  private readonly asked = new Map<string, LookupQuery>();
  private readonly maxQueries: number;

  constructor(
    options: {
      /** How many objects templates may ask for; 1,000. */
      maxQueries?: number;
    } = {},
  ) {
    this.maxQueries = options.maxQueries ?? 1000;
  }

  /** What was asked for and is not known yet. */
  get missing(): readonly LookupQuery[] {
    return [...this.asked.values()];
  }

  /** The answer to a query: null where the cluster has no such object. */
  answer(query: LookupQuery, object: object | null): void {
    const key = keyOf(query);
    this.asked.delete(key);
    this.answers.set(key, object);
  }

  /** The cluster refused a query: the template that asks it fails. */
  fail(query: LookupQuery, message: string): void {
    const key = keyOf(query);
    this.asked.delete(key);
    this.failures.set(key, message);
  }

  /** For `RenderOptions.lookup`. */
  readonly lookup = (query: LookupQuery): object | undefined => {
    const key = keyOf(query);
    const failure = this.failures.get(key);
    if (failure !== undefined) {
      throw new RenderError('lookup-failed', failure);
    }
    const answer = this.answers.get(key);
    if (answer === undefined) {
      this.note(key, query);
    }
    return answer ?? undefined;
  };

  private note(key: string, query: LookupQuery): void {
    const known = this.answers.size + this.failures.size;
    if (known + this.asked.size >= this.maxQueries) {
      throw new RenderError(
        'limit',
        `templates look up more than ${this.maxQueries} objects`,
      );
    }
    this.asked.set(key, query);
  }
}

function keyOf({ apiVersion, kind, namespace, name }: LookupQuery): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}
