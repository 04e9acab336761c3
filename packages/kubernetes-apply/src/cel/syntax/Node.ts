/** A value that is written out. */
export type Literal =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int'; value: bigint }
  | { type: 'uint'; value: bigint }
  | { type: 'double'; value: number }
  | { type: 'string'; value: string }
  | { type: 'bytes'; value: Uint8Array };

interface At {
  /** Offset into the text. */
  at: number;
}

export interface LiteralNode extends At {
  kind: 'literal';
  literal: Literal;
}

export interface NameNode extends At {
  kind: 'name';
  name: string;
}

/** `operand.field`, `operand.?field`. */
export interface SelectNode extends At {
  kind: 'select';
  operand: Node;
  field: string;
  optional: boolean;
}

/** `operand[index]`, `operand[?index]`. */
export interface IndexNode extends At {
  kind: 'index';
  operand: Node;
  index: Node;
  optional: boolean;
}

export interface CallNode extends At {
  kind: 'call';
  target?: Node;
  name: string;
  args: Node[];
}

export interface OperatorNode extends At {
  kind: 'operator';
  operator: UnaryOperator | BinaryOperator;
  args: Node[];
}

export type UnaryOperator = '!_' | '-_';
export type BinaryOperator =
  '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** Chains of one operator are one node, so that they are not deep. */
export interface LogicNode extends At {
  kind: 'and' | 'or';
  args: Node[];
}

export interface ConditionalNode extends At {
  kind: 'conditional';
  condition: Node;
  yes: Node;
  no: Node;
}

export interface ListNode extends At {
  kind: 'list';
  items: { node: Node; optional: boolean }[];
}

export interface MapNode extends At {
  kind: 'map';
  entries: { key: Node; value: Node; optional: boolean }[];
}

/** `has(operand.field)` */
export interface HasNode extends At {
  kind: 'has';
  operand: Node;
  field: string;
}

export type LoopMacro = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** `range.all(variable, predicate)`, `range.map(variable, transform)`, … */
export interface LoopNode extends At {
  kind: 'loop';
  macro: LoopMacro;
  range: Node;
  variable: string;
  predicate?: Node;
  transform?: Node;
}

/** `target.optMap(variable, body)` and `optFlatMap`. */
export interface OptionalMapNode extends At {
  kind: 'optionalMap';
  target: Node;
  variable: string;
  body: Node;
  flat: boolean;
}

export type Node =
  | LiteralNode
  | NameNode
  | SelectNode
  | IndexNode
  | CallNode
  | OperatorNode
  | LogicNode
  | ConditionalNode
  | ListNode
  | MapNode
  | HasNode
  | LoopNode
  | OptionalMapNode;

/** `a.b.c` as a text, where a node is nothing but names. */
export function dottedName(node: Node): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'select' || node.optional) return undefined;
  const start = dottedName(node.operand);
  return start && `${start}.${node.field}`;
}
