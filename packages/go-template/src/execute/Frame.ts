import { goQuote } from '../format/quote';
import { locate } from '../parse/locate';
import { AnyNode, Source } from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { isExhausted, TemplateError } from '../TemplateError';
import type { Run } from './Run';

/** The execution of one template: its variables, and where it is. */
export class Frame {
  /** What was evaluated last; errors name it. */
  node: AnyNode | undefined;

  constructor(
    readonly run: Run,
    readonly template: { readonly name: string; readonly source: Source },
    /** Variables by the slot the compiler gave them; `$` is the first. */
    readonly variables: unknown[],
  ) {}

  /** The error at the place of the execution. */
  fail(problem: string, options: { cause?: unknown } = {}): TemplateError {
    return this.failAs('exec', problem, options.cause);
  }

  /** The error of something that is more than is allowed. */
  failLimit(problem: string, cause?: unknown): TemplateError {
    return this.failAs('limit', problem, cause);
  }

  /**
   * The error of a function. A limit that was reached further in is reported
   * from there, not by every template around it.
   */
  failCall(name: string, node: AnyNode, error: unknown): Error {
    if (isLimit(error) || isExhausted(error)) {
      return error;
    }
    this.node = node;
    const message = error instanceof Error ? error.message : String(error);
    return this.failAs('exec', `error calling ${name}: ${message}`, error);
  }

  private failAs(
    code: 'exec' | 'limit',
    problem: string,
    cause: unknown,
  ): TemplateError {
    const { name, source } = this.template;
    const { node } = this;
    if (!node) {
      return new TemplateError({ code, problem, file: source.name, cause });
    }
    return new TemplateError({
      code,
      problem,
      file: source.name,
      ...locate(source, node.position),
      template: name,
      quotedTemplate: goQuote(name),
      expression: printNode(node),
      cause,
    });
  }
}

function isLimit(error: unknown): error is TemplateError {
  return error instanceof TemplateError && error.code === 'limit';
}
