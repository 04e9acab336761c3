import { sprint } from '../format/sprint';
import { goQuote } from '../format/quote';
import {
  ActionNode,
  BranchNode,
  ListNode,
  Node,
  TemplateNode,
} from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { GoFunc, GoNumber, GoPointer, GoStruct } from '../values/GoObject';
import { isTrue, kindOf, typeOf } from '../values/inspect';
import { compilePipeline } from './compilePipeline';
import { compileRange } from './compileRange';
import { BREAK, CONTINUE, Exec, NEXT, Unit } from './Unit';

/** A list of statements. */
export function compileList(unit: Unit, list: ListNode): Exec {
  const statements = list.nodes.map(node => compileStatement(unit, node));
  if (statements.length === 1) {
    return statements[0];
  }
  return (frame, dot) => {
    for (let i = 0; i < statements.length; i++) {
      const flow = statements[i](frame, dot);
      if (flow !== NEXT) {
        return flow;
      }
    }
    return NEXT;
  };
}

function compileStatement(unit: Unit, node: Node): Exec {
  switch (node.kind) {
    case 'text': {
      const { text } = node;
      return frame => {
        frame.run.write(text);
        return NEXT;
      };
    }
    case 'action':
      return compileAction(unit, node);
    case 'if':
    case 'with':
      return compileCondition(unit, node);
    case 'range':
      return compileRange(unit, node, compileList);
    case 'template':
      return compileTemplate(unit, node);
    case 'break':
      return () => BREAK;
    default:
      return () => CONTINUE;
  }
}

function compileAction(unit: Unit, node: ActionNode): Exec {
  const pipe = compilePipeline(unit, node.pipe);
  if (node.pipe.declared.length > 0) {
    return (frame, dot) => {
      pipe(frame, dot);
      return NEXT;
    };
  }
  return (frame, dot) => {
    const value = pipe(frame, dot);
    if (typeof value === 'string') {
      frame.run.write(value);
      return NEXT;
    }
    frame.node = node;
    if (value instanceof GoNumber && !value.type.text) {
      frame.run.write(
        value.type.kind === 'float32' ? sprint([value]) : String(value.value),
      );
      return NEXT;
    }
    const printable = printableValue(value);
    if (kindOf(printable) === 'func') {
      throw frame.fail(
        `can't print ${printNode(node)} of type ${typeOf(value).name}`,
      );
    }
    frame.run.write(sprint([printable]));
    return NEXT;
  };
}

/** What is printed for a value: what a pointer points to, or `<no value>`. */
export function printableValue(value: unknown): unknown {
  let target = value;
  while (target instanceof GoPointer && !target.type.text) {
    target = target.target;
  }
  if (target === undefined) {
    return '<no value>';
  }
  if (target instanceof GoStruct && target.type.addressedText) {
    return target.type.addressedText(target);
  }
  return target instanceof GoFunc && target.type.text
    ? sprint([target])
    : target;
}

function compileCondition(unit: Unit, node: BranchNode): Exec {
  return unit.scoped(() => {
    const pipe = compilePipeline(unit, node.pipe);
    const isWith = node.kind === 'with';
    const then = unit.scoped(
      () => compileList(unit, node.list),
      isWith ? 0 : unit.dotOrigin,
    );
    const otherwise =
      node.otherwise && unit.scoped(() => compileList(unit, node.otherwise!));
    return (frame, dot) => {
      const value = pipe(frame, dot);
      if (isTrue(value)) {
        return then(frame, isWith ? value : dot);
      }
      return otherwise ? otherwise(frame, dot) : NEXT;
    };
  });
}

function compileTemplate(unit: Unit, node: TemplateNode): Exec {
  const { name } = node;
  const pipe = node.pipe && compilePipeline(unit, node.pipe);
  return (frame, dot) => {
    frame.node = node;
    const { run } = frame;
    const template = run.set.lookup(name);
    if (!template) {
      throw frame.fail(`template ${goQuote(name)} not defined`);
    }
    template.execute(run, pipe?.(frame, dot));
    return NEXT;
  };
}
