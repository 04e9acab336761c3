import {
  ExecuteLimits,
  GoFunction,
  Run,
  TemplateError,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { createFunctions, FunctionOptions } from '../functions';
import { HeadCache } from '../manifests';
import type { RenderValues, ScopedTemplate } from '../values';
import { createDots, setTemplate } from './createDots';
import { executionError, syntaxError } from './describeError';
import { IncludeMemo, observe } from './IncludeMemo';
import {
  renderingFunctions,
  SET_NAME,
  withoutNoValue,
} from './renderingFunctions';
import type { Lookup, RenderState } from './RenderState';
import { sortTemplates } from './sortTemplates';
import { TemplateCache } from './TemplateCache';

/**
 * How one rendering is to be done.
 *
 * @public
 */
export interface RenderOptions {
  /** What `lookup` answers; without one there is nothing, as without a cluster. */
  readonly lookup?: Lookup;
  /** A missing key is an error. */
  readonly strict?: boolean;
  /** `fail` and `required` do not end the rendering, and nothing is looked up. */
  readonly lint?: boolean;
  /** What the templates may use together. */
  readonly limits?: ExecuteLimits;
  readonly signal?: AbortSignal;
}

/**
 * Templates within each other. Helm has its own limit of 1,000 for each name
 * that is included; this one is for names that take turns.
 */
const DEPTH = 3000;

/** UTF-16 units of templates that are kept parsed. */
const CACHE = 32 * 1024 * 1024;

const memoOf = (run: Run) => (run.environment as RenderState).memo;

/**
 * Renders charts as Helm 4.2 does. Make one and keep it: templates are parsed
 * once, whichever chart or release they come back with. It holds no values.
 *
 * @public
 */
export class ChartRenderer {
  /** What is known of documents that it rendered. */
  readonly heads = new HeadCache();
  private readonly cache: TemplateCache;

  constructor(
    options: {
      /** Clock, random numbers and time zone of the functions. */
      functions?: FunctionOptions;
      /** Further functions; they hide others of their name. */
      extraFunctions?: ReadonlyMap<string, GoFunction>;
      /** UTF-16 units of templates that are kept parsed; 32 Mi. */
      cacheSize?: number;
    } = {},
  ) {
    const extra = options.extraFunctions ?? new Map<string, GoFunction>();
    const functions = new Map([
      ...createFunctions(options.functions),
      ...renderingFunctions,
      ...extra,
    ]);
    const parser = new TemplateParser({
      functions: observe(functions, new Set(extra.keys()), memoOf),
    });
    this.cache = new TemplateCache(parser, options.cacheSize ?? CACHE);
  }

  /**
   * What the templates write, by their full names, in the order in which they
   * were executed; that of `NOTES.txt` is among them. The values are not changed.
   *
   * @throws RenderError
   */
  render(
    values: RenderValues,
    options: RenderOptions = {},
  ): Map<string, string> {
    const templates = sortTemplates(values.templates);
    const set = new TemplateSet({
      name: SET_NAME,
      missingKey: options.strict ? 'error' : 'zero',
    });
    for (const template of templates) {
      this.parseInto(set, template);
    }
    const { lint = false, signal } = options;
    const { byScope, shared } = createDots(values.root);
    const memo = new IncludeMemo(shared);
    const environment: RenderState = {
      memo,
      parse: (name, text) => this.cache.parse(name, text),
      included: new Map(),
      lookup: lint ? undefined : options.lookup,
      lint,
    };
    const limits = { depth: DEPTH, ...options.limits };
    const run = new Run({ set, environment, limits, signal });
    const rendered = new Map<string, string>();
    for (const { name, basePath, scope } of templates) {
      // Partials are there to be included.
      if (!name.slice(name.lastIndexOf('/') + 1).startsWith('_')) {
        const dot = byScope.get(scope)!;
        const onRead = () => memo.readTemplate();
        setTemplate(dot, { name, basePath, onRead });
        memo.file = name;
        rendered.set(name, execute(run, memo, name, dot));
      }
    }
    return rendered;
  }

  private parseInto(set: TemplateSet, { name, file }: ScopedTemplate): void {
    try {
      set.add(this.cache.parseFile(name, file));
    } catch (error) {
      throw error instanceof TemplateError ? syntaxError(error) : error;
    }
  }
}

function execute(
  run: Run,
  memo: IncludeMemo,
  name: string,
  dot: unknown,
): string {
  try {
    return withoutNoValue(memo.execute(run, name, dot));
  } catch (error) {
    throw error instanceof TemplateError ? executionError(name, error) : error;
  }
}
