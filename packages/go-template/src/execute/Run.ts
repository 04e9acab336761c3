import { goQuote } from '../format/quote';
import { isExhausted, TemplateError } from '../TemplateError';
import type { Frame } from './Frame';
import type { MissingKey, TemplateSet } from './TemplateSet';

/**
 * What an execution may use at most; a template that needs more ends with an
 * error of code `limit`.
 *
 * @public
 */
export interface ExecuteLimits {
  /** UTF-16 units written by all templates together; 128 Mi. */
  readonly output?: number;
  /** Iterations of ranges and calls of templates and functions' `spend`; no limit. */
  readonly steps?: number;
  /**
   * Templates within each other; 1,000. (Go's 100,000 are more than a stack of
   * usual size holds here; where it ends first, that is an error of the same
   * code.)
   */
  readonly depth?: number;
  /** When to give up, in the milliseconds of `now`; never. */
  readonly deadline?: number;
  /** The clock of `deadline`; `Date.now`. */
  readonly now?: () => number;
}

/** JavaScript refused to make the stack or a string longer. */
const TOO_DEEP =
  'templates, functions or data are nested too deeply, or too large';

/** How many steps go between two looks at the clock. */
const STEPS_PER_LOOK = 512;

/**
 * One execution, with everything it has used so far. Functions that need it
 * (`include`, `tpl`) get it as their first argument.
 *
 * @public
 */
export class Run {
  /** What the caller of `execute` handed over for its own functions. */
  readonly environment: unknown;
  /** Where templates are looked up now. */
  set: TemplateSet;
  /** What missing keys are now. */
  missingKey: MissingKey;
  private frame?: Frame;
  private depth = 0;
  private readonly maxDepth: number;
  private text = '';
  private outputLeft: number;
  private stepsLeft: number;
  private untilLook = STEPS_PER_LOOK;
  private readonly deadline: number;
  private readonly now: () => number;
  private readonly signal?: AbortSignal;

  constructor(options: {
    set: TemplateSet;
    environment?: unknown;
    limits?: ExecuteLimits;
    signal?: AbortSignal;
  }) {
    const { set, environment, limits = {}, signal } = options;
    this.set = set;
    this.missingKey = set.missingKey;
    this.environment = environment;
    this.outputLeft = limits.output ?? 128 * 1024 * 1024;
    this.stepsLeft = limits.steps ?? Infinity;
    this.maxDepth = limits.depth ?? 1000;
    this.deadline = limits.deadline ?? Infinity;
    this.now = limits.now ?? Date.now;
    this.signal = signal;
  }

  /** Adds to the output of the template that is executed now. */
  write(text: string): void {
    this.outputLeft -= text.length;
    if (this.outputLeft < 0) {
      throw this.exceeded('the output is too large');
    }
    this.text += text;
  }

  /**
   * Executes a template of the set (or of another one, which then is the set
   * for all within it) and returns its output.
   */
  execute(name: string, data: unknown, set: TemplateSet = this.set): string {
    const template = set.lookup(name);
    if (!template) {
      throw new TemplateError({
        code: 'exec',
        problem: `no template ${goQuote(name)} associated with template ${goQuote(set.name)}`,
      });
    }
    const { text, set: outerSet, missingKey, depth, frame } = this;
    this.text = '';
    this.set = set;
    this.missingKey = set.missingKey;
    try {
      template.execute(this, data);
      return this.text;
    } catch (error) {
      throw isExhausted(error) ? this.exceeded(TOO_DEEP, error) : error;
    } finally {
      this.text = text;
      this.set = outerSet;
      this.missingKey = missingKey;
      this.depth = depth;
      this.frame = frame;
    }
  }

  /**
   * Enters a template, and gives back the frame to {@link leave} to.
   *
   * @internal
   */
  enter(frame: Frame): Frame | undefined {
    if (this.depth >= this.maxDepth) {
      throw this.exceeded(`exceeded maximum template depth (${this.maxDepth})`);
    }
    const outer = this.frame;
    this.depth++;
    this.frame = frame;
    return outer;
  }

  /** @internal */
  leave(outer: Frame | undefined): void {
    this.depth--;
    this.frame = outer;
  }

  /** Counts steps; long loops of functions call it now and then. */
  spend(steps = 1): void {
    this.untilLook -= steps;
    if (this.untilLook < 0) {
      this.look();
    }
  }

  private look(): void {
    this.stepsLeft -= STEPS_PER_LOOK - this.untilLook;
    this.untilLook = STEPS_PER_LOOK;
    if (this.stepsLeft < 0) {
      throw this.exceeded('the template takes too many steps');
    }
    if (this.deadline !== Infinity && this.now() > this.deadline) {
      throw this.exceeded('the template takes too long');
    }
    if (this.signal?.aborted) {
      throw this.exceeded('the execution was aborted');
    }
  }

  /** The error at the place where the execution is. */
  private exceeded(problem: string, cause?: unknown): TemplateError {
    return (
      this.frame?.failLimit(problem, cause) ??
      new TemplateError({ code: 'limit', problem, cause })
    );
  }
}
