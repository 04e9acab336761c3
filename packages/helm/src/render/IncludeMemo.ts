import {
  GoFunction,
  GoTyped,
  isMap,
  plain,
  Run,
} from '@backstage-gitops/go-template';

/** What a template wrote, and what that depends on. */
interface Result {
  readonly text: string;
  readonly epoch: number;
  /** The file that was executed, where the template looked at `.Template`. */
  readonly file: string | undefined;
}

type Results = Map<string, Map<unknown, Result>>;

/** Tables that are looked through before a merge counts as a change. */
const MAX_LOOK = 1000;

/**
 * Remembers what templates write for the same dot, within one rendering: charts
 * include their names and labels in every file. Only where nobody can tell: the
 * dot is a table that all files see, nothing that templates see has changed since,
 * and nothing random, timed or looked up went into it.
 *
 * Charts change what they see with `set`, `unset` and merges. A change of a table
 * that is reachable from a dot makes everything forgotten; from then on, tables
 * may have been put among those, so every change does.
 */
export class IncludeMemo {
  /** The file that is executed now. */
  file = '';
  private readonly shared: ReadonlySet<unknown>;
  private results: Results = new Map();
  private epoch = 0;
  private unrepeatable = 0;
  private templateReads = 0;
  private isMixed = false;

  constructor(
    /** Tables that are reachable from the dots, and these. */
    shared: ReadonlySet<unknown>,
  ) {
    this.shared = shared;
  }

  /** Executes a template, or knows what it writes. */
  execute(run: Run, name: string, dot: unknown): string {
    if (!this.shared.has(dot)) {
      return run.execute(name, dot);
    }
    const { results, epoch, unrepeatable, templateReads } = this;
    let known = results.get(name);
    const result = known?.get(dot);
    if (
      result?.epoch === epoch &&
      (result.file === undefined || result.file === this.file)
    ) {
      if (result.file !== undefined) {
        this.templateReads++;
      }
      return result.text;
    }
    const text = run.execute(name, dot);
    if (this.epoch === epoch && this.unrepeatable === unrepeatable) {
      if (!known) {
        known = new Map();
        results.set(name, known);
      }
      const file = this.templateReads === templateReads ? undefined : this.file;
      known.set(dot, { text, epoch, file });
    }
    return text;
  }

  /** Does what other templates are called in, such as those a text defines. */
  apart<T>(work: () => T): T {
    const { results } = this;
    this.results = new Map();
    try {
      return work();
    } finally {
      this.results = results;
    }
  }

  /** Something looked at `.Template`. */
  readTemplate(): void {
    this.templateReads++;
  }

  /** Something happened that would not happen again in the same way. */
  noteUnrepeatable(): void {
    this.unrepeatable++;
  }

  /** A table is about to be changed. */
  noteChange(table: unknown): void {
    if (this.isMixed || this.shared.has(plain(table))) {
      this.isMixed = true;
      this.epoch++;
    }
  }

  /**
   * Tables are about to be merged into the first: tables within it change, too, and
   * it gets tables of the others before the next is merged.
   */
  noteMerge([first, ...sources]: readonly unknown[]): void {
    const changing = [first, ...sources.slice(0, -1).flatMap(valuesOf)];
    if (this.isMixed || this.reaches(changing)) {
      this.isMixed = true;
      this.epoch++;
    }
  }

  private reaches(values: readonly unknown[]): boolean {
    const stack = [...values];
    for (let looked = 0; stack.length > 0; looked++) {
      const value = plain(stack.pop());
      if (typeof value === 'object' && value !== null) {
        if (looked > MAX_LOOK || this.shared.has(value)) {
          return true;
        }
        stack.push(...valuesOf(value));
      }
    }
    return false;
  }
}

function valuesOf(value: unknown): unknown[] {
  const bare = value instanceof GoTyped ? value.value : value;
  if (Array.isArray(bare)) {
    return bare;
  }
  return typeof bare === 'object' && bare !== null && isMap(bare)
    ? Object.values(bare)
    : [];
}

/** Functions that change their first argument. */
const CHANGING = ['set', 'unset'];
const MERGING = ['merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite'];

/** Functions that give another result each time, or at another time. */
const UNREPEATABLE =
  /^(?:rand|gen|now$|ago$|date|htmlDate|durationRound$|shuffle$|uuidv4$|bcrypt$|htpasswd$|encryptAES$|buildCustomCert$|lookup$)/;

/** The functions, so that a memo learns what happens. */
export function observe(
  functions: ReadonlyMap<string, GoFunction>,
  /** Functions of which nothing is known. */
  unknown: ReadonlySet<string>,
  memoOf: (run: Run) => IncludeMemo,
): Map<string, GoFunction> {
  const observed = new Map(functions);
  const before = (
    name: string,
    note: (memo: IncludeMemo, args: readonly unknown[]) => void,
  ) => {
    const fn = observed.get(name);
    if (fn) {
      observed.set(name, {
        ...fn,
        needsRun: true,
        call: (run, ...args) => {
          note(memoOf(run as Run), args);
          return fn.needsRun ? fn.call(run, ...args) : fn.call(...args);
        },
      });
    }
  };
  for (const name of CHANGING) {
    before(name, (memo, [table]) => memo.noteChange(table));
  }
  for (const name of MERGING) {
    before(name, (memo, tables) => memo.noteMerge(tables));
  }
  for (const name of functions.keys()) {
    if (UNREPEATABLE.test(name)) {
      before(name, memo => memo.noteUnrepeatable());
    }
  }
  for (const name of unknown) {
    before(name, (memo, args) => {
      memo.noteUnrepeatable();
      memo.noteMerge([args, ...args]);
    });
  }
  return observed;
}
