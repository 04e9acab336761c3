import { goQuote } from '../format/quote';
import { Lexer } from '../lex/Lexer';
import { Token } from '../lex/Token';
import {
  BranchNode,
  EndNode,
  isEmptyList,
  ListNode,
  Node,
  Source,
  TemplateNode,
} from './nodes';
import { parsePipeline, readString, Scope } from './parsePipeline';
import { printNode } from './printNode';
import { TokenReader } from './TokenReader';

export interface ParseTreeOptions {
  readonly hasFunction: (name: string) => boolean;
  readonly left: string;
  readonly right: string;
  /** Parentheses and blocks within each other. */
  readonly maxNesting: number;
}

interface File {
  readonly source: Source;
  readonly lexer: Lexer;
  readonly options: ParseTreeOptions;
  readonly trees: Map<string, ListNode>;
  readonly nesting: { depth: number };
}

/** Parses one template; a `define` or `block` within it has its own parser. */
class TreeParser {
  private readonly tokens: TokenReader;
  private readonly scope: Scope;
  private rangeDepth = 0;

  constructor(private readonly file: File) {
    const { hasFunction } = file.options;
    this.tokens = new TokenReader(file.source, file.lexer);
    this.file.lexer.loopKeywords = {
      break: !hasFunction('break'),
      continue: !hasFunction('continue'),
    };
    this.scope = {
      tokens: this.tokens,
      hasFunction,
      variables: ['$'],
      nest: parse => this.nest(parse),
    };
  }

  private nest<T>(parse: () => T): T {
    const { nesting, options } = this.file;
    if (nesting.depth >= options.maxNesting) {
      throw this.tokens.fail(
        `more than ${options.maxNesting} parentheses or blocks within each other`,
        'limit',
      );
    }
    nesting.depth++;
    const result = parse();
    nesting.depth--;
    return result;
  }

  parseFile(): void {
    const { tokens } = this;
    const list = newList(tokens.peek());
    for (
      let token = tokens.peek();
      token.kind !== 'eof';
      token = tokens.peek()
    ) {
      if (token.kind === 'leftDelim') {
        const delimiter = tokens.next();
        const first = tokens.nextNonSpace();
        if (first.kind === 'define') {
          new TreeParser(this.file).parseDefinition();
          continue;
        }
        tokens.putBack(delimiter, first);
      }
      const node = this.parseTextOrAction();
      if (node.kind === 'end' || node.kind === 'else') {
        throw tokens.fail(`unexpected ${printNode(node)}`);
      }
      list.nodes.push(node);
    }
    this.add(this.file.source.name, list);
  }

  private parseDefinition(): void {
    const context = 'define clause';
    const token = this.tokens.expect(context, 'string', 'rawString');
    const name = readString(this.tokens, token);
    this.tokens.expect(context, 'rightDelim');
    this.parseBody(name, context, this.tokens);
  }

  /** The body of a `block` is reported where the text around it was read. */
  private parseBody(name: string, context: string, outer: TokenReader): void {
    const { list, end } = this.nest(() => this.parseList());
    if (end.kind !== 'end') {
      throw outer.fail(`unexpected ${printNode(end)} in ${context}`);
    }
    this.add(name, list);
  }

  /** A template may be defined again where one of both is empty. */
  private add(name: string, list: ListNode): void {
    const { trees } = this.file;
    const present = trees.get(name);
    if (!present || isEmptyList(present)) {
      trees.set(name, list);
    } else if (!isEmptyList(list)) {
      throw this.tokens.fail(
        `template: multiple definition of template ${goQuote(name)}`,
      );
    }
  }

  private parseList(): { list: ListNode; end: EndNode } {
    const list = newList(this.tokens.peekNonSpace());
    while (this.tokens.peekNonSpace().kind !== 'eof') {
      const node = this.parseTextOrAction();
      if (node.kind === 'end' || node.kind === 'else') {
        return { list, end: node };
      }
      list.nodes.push(node);
    }
    throw this.tokens.fail('unexpected EOF');
  }

  private parseTextOrAction(): Node {
    const token = this.tokens.nextNonSpace();
    if (token.kind === 'text') {
      return { kind: 'text', position: token.position, text: token.text };
    }
    if (token.kind !== 'leftDelim') {
      throw this.tokens.unexpected(token, 'input');
    }
    this.tokens.actionLine = token.line;
    const node = this.parseAction();
    this.tokens.actionLine = 0;
    return node;
  }

  private parseAction(): Node {
    const { tokens } = this;
    const token = tokens.nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.parseBlock();
      case 'break':
      case 'continue':
        return this.parseJump(token, token.kind);
      case 'else':
        return this.parseElse();
      case 'end': {
        const { position } = tokens.expect('end', 'rightDelim');
        return { kind: 'end', position };
      }
      case 'if':
      case 'range':
      case 'with':
        return this.parseBranch(token.kind);
      case 'template':
        return this.parseTemplate();
      default:
    }
    tokens.putBack(token);
    const { position } = tokens.peek();
    const pipe = parsePipeline(this.scope, 'command', 'rightDelim');
    return { kind: 'action', position, pipe };
  }

  private parseJump(token: Token, kind: 'break' | 'continue'): Node {
    const end = this.tokens.nextNonSpace();
    if (end.kind !== 'rightDelim') {
      throw this.tokens.unexpected(end, `{{${kind}}}`);
    }
    if (this.rangeDepth === 0) {
      throw this.tokens.fail(`{{${kind}}} outside {{range}}`);
    }
    return { kind, position: token.position };
  }

  /** An `if` or `with` behind it stays to be read. */
  private parseElse(): EndNode {
    const next = this.tokens.peekNonSpace();
    const { position } =
      next.kind === 'if' || next.kind === 'with'
        ? next
        : this.tokens.expect('else', 'rightDelim');
    return { kind: 'else', position };
  }

  private parseBranch(kind: BranchNode['kind']): BranchNode {
    return this.nest(() => {
      const outer = this.scope.variables.length;
      const pipe = parsePipeline(this.scope, kind, 'rightDelim');
      this.rangeDepth += kind === 'range' ? 1 : 0;
      const { list, end } = this.parseList();
      this.rangeDepth -= kind === 'range' ? 1 : 0;
      const otherwise =
        end.kind === 'else' ? this.parseOtherwise(kind, end) : undefined;
      this.scope.variables.length = outer;
      return { kind, position: pipe.position, pipe, list, otherwise };
    });
  }

  private parseOtherwise(kind: BranchNode['kind'], start: EndNode): ListNode {
    const { tokens } = this;
    if (kind !== 'range' && tokens.peek().kind === kind) {
      tokens.next();
      const { position } = start;
      return { kind: 'list', position, nodes: [this.parseBranch(kind)] };
    }
    const { list, end } = this.parseList();
    if (end.kind !== 'end') {
      throw tokens.fail(`expected end; found ${printNode(end)}`);
    }
    return list;
  }

  private parseBlock(): TemplateNode {
    const context = 'block clause';
    const token = this.tokens.nextNonSpace();
    const name = this.readName(token, context);
    const pipe = parsePipeline(this.scope, context, 'rightDelim');
    new TreeParser(this.file).parseBody(name, context, this.tokens);
    return { kind: 'template', position: token.position, name, pipe };
  }

  private parseTemplate(): TemplateNode {
    const context = 'template clause';
    const token = this.tokens.nextNonSpace();
    const name = this.readName(token, context);
    const next = this.tokens.nextNonSpace();
    if (next.kind === 'rightDelim') {
      return { kind: 'template', position: token.position, name };
    }
    this.tokens.putBack(next);
    const pipe = parsePipeline(this.scope, context, 'rightDelim');
    return { kind: 'template', position: token.position, name, pipe };
  }

  private readName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') {
      throw this.tokens.unexpected(token, context);
    }
    return readString(this.tokens, token);
  }
}

/** All templates of a text, the text itself among them, by name. */
export function parseTrees(
  source: Source,
  options: ParseTreeOptions,
): ReadonlyMap<string, ListNode> {
  const trees = new Map<string, ListNode>();
  const lexer = new Lexer(source.text, options.left, options.right);
  const file = { source, lexer, options, trees, nesting: { depth: 0 } };
  const parser = new TreeParser(file);
  parser.parseFile();
  return trees;
}

function newList(first: Token): ListNode {
  return { kind: 'list', position: first.position, nodes: [] };
}
