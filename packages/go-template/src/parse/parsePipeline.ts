import { goQuote } from '../format/quote';
import { Token, TokenKind } from '../lex/Token';
import { CommandNode, Operand, PipeNode, VariableNode } from './nodes';
import { parseNumber } from './parseNumber';
import { printNode } from './printNode';
import { TokenReader } from './TokenReader';
import { unquote } from './unquote';

/** What is known while a template is parsed. */
export interface Scope {
  readonly tokens: TokenReader;
  readonly hasFunction: (name: string) => boolean;
  /** Variables declared so far. */
  variables: string[];
  /** Enters a pair of parentheses or a block, if not too deep. */
  readonly nest: <T>(parse: () => T) => T;
}

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

/** declarations? command ('|' command)* */
export function parsePipeline(
  scope: Scope,
  context: string,
  end: TokenKind,
): PipeNode {
  const { tokens } = scope;
  const { position } = tokens.peekNonSpace();
  const pipe: PipeNode = {
    kind: 'pipe',
    position,
    isAssign: false,
    declared: [],
    commands: [],
  };
  parseDeclarations(scope, context, pipe);
  for (;;) {
    const token = tokens.nextNonSpace();
    if (token.kind === end) {
      checkPipeline(scope, pipe, context);
      return pipe;
    }
    if (!OPERANDS.has(token.kind)) {
      throw tokens.unexpected(token, context);
    }
    tokens.putBack(token);
    pipe.commands.push(parseCommand(scope));
  }
}

function parseDeclarations(
  scope: Scope,
  context: string,
  pipe: PipeNode,
): void {
  const { tokens } = scope;
  while (tokens.peekNonSpace().kind === 'variable') {
    const variable = tokens.next();
    const after = tokens.peek();
    const next = tokens.peekNonSpace();
    const isComma = next.kind === 'char' && next.text === ',';
    if (!isComma && next.kind !== 'assign' && next.kind !== 'declare') {
      // The blank behind the variable separates it from the next operand.
      if (after.kind === 'space') {
        tokens.putBack(variable, after);
      } else {
        tokens.putBack(variable);
      }
      return;
    }
    tokens.nextNonSpace();
    pipe.declared.push(variableNode(variable.position, variable.text));
    scope.variables.push(variable.text);
    if (!isComma) {
      pipe.isAssign = next.kind === 'assign';
      return;
    }
    if (context !== 'range' || pipe.declared.length > 1) {
      throw tokens.fail(`too many declarations in ${context}`);
    }
    const { kind } = tokens.peekNonSpace();
    if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') {
      throw tokens.fail('range can only initialize variables');
    }
  }
}

function checkPipeline(scope: Scope, pipe: PipeNode, context: string): void {
  if (pipe.commands.length === 0) {
    throw scope.tokens.fail(`missing value for ${context}`);
  }
  pipe.commands.forEach((command, index) => {
    const { kind } = command.args[0];
    if (
      index > 0 &&
      (kind === 'bool' ||
        kind === 'dot' ||
        kind === 'nil' ||
        kind === 'number' ||
        kind === 'string')
    ) {
      throw scope.tokens.fail(
        `non executable command in pipeline stage ${index + 1}`,
      );
    }
  });
}

/** operand (space operand)* */
function parseCommand(scope: Scope): CommandNode {
  const { tokens } = scope;
  const command: CommandNode = {
    kind: 'command',
    position: tokens.peekNonSpace().position,
    args: [],
  };
  for (;;) {
    tokens.peekNonSpace();
    const operand = parseOperand(scope);
    if (operand) {
      command.args.push(operand);
    }
    const token = tokens.next();
    if (token.kind === 'space') {
      continue;
    }
    if (token.kind === 'rightDelim' || token.kind === 'rightParen') {
      tokens.putBack(token);
    } else if (token.kind !== 'pipe') {
      throw tokens.unexpected(token, 'operand');
    }
    if (command.args.length === 0) {
      throw tokens.fail('empty command');
    }
    return command;
  }
}

/** term .field* */
function parseOperand(scope: Scope): Operand | undefined {
  const { tokens } = scope;
  const node = parseTerm(scope);
  if (!node || tokens.peek().kind !== 'field') {
    return node;
  }
  const { position } = tokens.peek();
  const names: string[] = [];
  while (tokens.peek().kind === 'field') {
    names.push(tokens.next().text.slice(1));
  }
  switch (node.kind) {
    case 'field':
    case 'variable':
      return { kind: node.kind, position, names: [...node.names, ...names] };
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
    case 'dot':
      throw tokens.fail(`unexpected . after term ${goQuote(printNode(node))}`);
    default:
      return { kind: 'chain', position, node, names };
  }
}

function parseTerm(scope: Scope): Operand | undefined {
  const { tokens } = scope;
  const token = tokens.nextNonSpace();
  const { position, text } = token;
  switch (token.kind) {
    case 'identifier':
      if (!scope.hasFunction(text)) {
        throw tokens.fail(`function ${goQuote(text)} not defined`);
      }
      return { kind: 'identifier', position, name: text };
    case 'dot':
    case 'nil':
      return { kind: token.kind, position };
    case 'variable':
      if (!scope.variables.includes(text)) {
        throw tokens.fail(`undefined variable ${goQuote(text)}`);
      }
      return variableNode(position, text);
    case 'field':
      return { kind: 'field', position, names: [text.slice(1)] };
    case 'bool':
      return { kind: 'bool', position, value: text === 'true' };
    case 'charConstant':
    case 'complex':
    case 'number': {
      const number = parseNumber(text, token.kind, position);
      if (typeof number === 'string') {
        throw tokens.fail(number);
      }
      return number;
    }
    case 'leftParen':
      return scope.nest(() =>
        parsePipeline(scope, 'parenthesized pipeline', 'rightParen'),
      );
    case 'string':
    case 'rawString':
      return {
        kind: 'string',
        position,
        quoted: text,
        value: readString(tokens, token),
      };
    default:
      tokens.putBack(token);
      return undefined;
  }
}

function variableNode(position: number, text: string): VariableNode {
  return { kind: 'variable', position, names: [text] };
}

export function readString(tokens: TokenReader, token: Token): string {
  const value = unquote(token.text);
  if (value === undefined) {
    throw tokens.fail('invalid syntax');
  }
  return value;
}
