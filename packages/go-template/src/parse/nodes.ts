/** The text that was parsed; errors point into it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

interface At {
  /** Index into the text of the source. */
  readonly position: number;
}

export interface TextNode extends At {
  readonly kind: 'text';
  readonly text: string;
}
export interface ListNode extends At {
  readonly kind: 'list';
  readonly nodes: Node[];
}
export interface ActionNode extends At {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
export interface BranchNode extends At {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly otherwise?: ListNode;
}
export interface JumpNode extends At {
  readonly kind: 'break' | 'continue';
}
export interface TemplateNode extends At {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe?: PipeNode;
}
/** `{{else}}` or `{{end}}`: ends a list. */
export interface EndNode extends At {
  readonly kind: 'else' | 'end';
}

export interface PipeNode extends At {
  readonly kind: 'pipe';
  isAssign: boolean;
  readonly declared: VariableNode[];
  readonly commands: CommandNode[];
}
export interface CommandNode extends At {
  readonly kind: 'command';
  readonly args: Operand[];
}
export interface FieldNode extends At {
  readonly kind: 'field';
  readonly names: readonly string[];
}
export interface VariableNode extends At {
  readonly kind: 'variable';
  /** The variable with its `$`, then fields. */
  readonly names: readonly string[];
}
export interface ChainNode extends At {
  readonly kind: 'chain';
  readonly node: Operand;
  readonly names: string[];
}
export interface IdentifierNode extends At {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface DotNode extends At {
  readonly kind: 'dot';
}
export interface NilNode extends At {
  readonly kind: 'nil';
}
export interface BoolNode extends At {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface StringNode extends At {
  readonly kind: 'string';
  readonly quoted: string;
  readonly value: string;
}
/** A number has every form in which it can be used. */
export interface NumberNode extends At {
  readonly kind: 'number';
  readonly text: string;
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
  readonly complex?: { readonly real: number; readonly imaginary: number };
}

export type Literal = BoolNode | StringNode | NumberNode;

export type Operand =
  | PipeNode
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | Literal;

export type Node =
  TextNode | ActionNode | BranchNode | JumpNode | TemplateNode | EndNode;

export type AnyNode = Node | Operand | CommandNode | ListNode;

/** Whether the list holds nothing but white space (and comments). */
export function isEmptyList(list: ListNode): boolean {
  return list.nodes.every(
    node => node.kind === 'text' && /^[\s\u0085]*$/u.test(node.text),
  );
}
