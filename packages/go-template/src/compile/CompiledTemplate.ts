import { Frame } from '../execute/Frame';
import type { Run } from '../execute/Run';
import { isEmptyList, ListNode, Source } from '../parse/nodes';
import type { GoFunction } from '../values/GoType';
import { compileList } from './compileStatements';
import { Exec, Unit } from './Unit';

/**
 * A template ready to be executed. Its closures are made at the first
 * execution: of large libraries few templates are ever used.
 *
 * @public
 */
export class CompiledTemplate {
  readonly name: string;
  readonly source: Source;
  /** Whether it holds nothing but white space and comments. */
  readonly isEmpty: boolean;
  private list?: ListNode;
  private exec?: Exec;
  private slots = 1;
  private readonly functions: ReadonlyMap<string, GoFunction>;

  /** @internal */
  constructor(options: {
    name: string;
    source: Source;
    list: ListNode;
    functions: ReadonlyMap<string, GoFunction>;
  }) {
    this.name = options.name;
    this.source = options.source;
    this.list = options.list;
    this.isEmpty = isEmptyList(options.list);
    this.functions = options.functions;
  }

  /** @internal */
  execute(run: Run, data: unknown): void {
    run.spend();
    const exec = this.exec ?? this.compile();
    const variables = new Array<unknown>(this.slots);
    // A nil in an interface is no value once it is the data of a template.
    const dot = data === null ? undefined : data;
    variables[0] = dot;
    const frame = new Frame(run, this, variables);
    const outer = run.enter(frame);
    exec(frame, dot);
    run.leave(outer);
  }

  private compile(): Exec {
    const unit = new Unit(this.functions);
    const exec = compileList(unit, this.list!);
    this.exec = exec;
    this.list = undefined;
    this.slots = unit.slots;
    return exec;
  }
}
