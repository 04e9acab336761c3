import { Scanner } from './Scanner';
import { GoYamlError, Token, TokenType } from './Tokens';

/** A node of a document, before it means anything. */
export interface Node {
  readonly kind: 'scalar' | 'sequence' | 'mapping' | 'alias';
  /** The text of a scalar, the name of an alias. */
  readonly value: string;
  readonly tag: string;
  /** Whether a scalar stands without quotes and tag. */
  readonly implicit: boolean;
  /** Elements, or keys and values by turns. */
  readonly children: Node[];
  /** What an alias stands for. */
  readonly target?: Node;
}

/** Nesting that is followed here; go-yaml follows 10,000 levels. */
const MAX_DEPTH = 1000;

const LONG_PREFIX = 'tag:yaml.org,2002:';

/** Puts tokens together to nodes as the parser of go-yaml v2.4 does. */
export class NodeReader {
  private readonly scanner: Scanner;
  private readonly anchors = new Map<string, Node>();
  private readonly handles = new Map<string, string>();
  private depth = 0;

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  /** The first document; undefined where there is none. */
  readDocument(): Node | undefined {
    this.take();
    const first = this.peek();
    if (first.type === 'stream-end') {
      return undefined;
    }
    let node: Node;
    if (
      first.type === 'version-directive' ||
      first.type === 'tag-directive' ||
      first.type === 'document-start'
    ) {
      this.readDirectives();
      if (this.peek().type !== 'document-start') {
        this.fail('did not find expected <document start>');
      }
      this.take();
      node = this.isNext(
        'version-directive',
        'tag-directive',
        'document-start',
        'document-end',
        'stream-end',
      )
        ? emptyNode()
        : this.readNode(true, false);
    } else {
      node = this.readNode(true, false);
    }
    // What follows is looked at, but not read.
    this.peek();
    return node;
  }

  private peek(): Token {
    return this.scanner.peek();
  }

  private take(): Token {
    const token = this.scanner.peek();
    this.scanner.skip();
    return token;
  }

  private isNext(...types: readonly TokenType[]): boolean {
    return types.includes(this.peek().type);
  }

  /** An error of the parser names the line by counting from 0. */
  private fail(problem: string): never {
    const { line } = this.peek();
    throw new GoYamlError(
      `yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`,
    );
  }

  private readDirectives(): void {
    let hasVersion = false;
    while (this.isNext('version-directive', 'tag-directive')) {
      const { type, value = '', suffix = '' } = this.peek();
      if (type === 'version-directive') {
        if (hasVersion) {
          this.fail('found duplicate %YAML directive');
        }
        if (value !== '1.1') {
          this.fail('found incompatible YAML document');
        }
        hasVersion = true;
      } else if (this.handles.has(value)) {
        this.fail('found duplicate %TAG directive');
      } else {
        this.handles.set(value, suffix);
      }
      this.take();
    }
  }

  private readNode(block: boolean, indentless: boolean): Node {
    if (this.isNext('alias')) {
      const name = this.take().value ?? '';
      const target = this.anchors.get(name);
      if (target === undefined) {
        throw new GoYamlError(`yaml: unknown anchor '${name}' referenced`);
      }
      return { ...emptyNode(), kind: 'alias', value: name, target };
    }
    if (++this.depth > MAX_DEPTH) {
      throw new GoYamlError('yaml: exceeded max depth of 10000');
    }
    const { anchor, tag } = this.readProperties();
    const node = this.readContent(block, indentless, { anchor, tag });
    this.depth--;
    return node;
  }

  private readProperties(): { anchor?: string; tag: string } {
    let anchor: string | undefined;
    let token: Token | undefined;
    let tagLine = 0;
    for (let i = 0; i < 2; i++) {
      if (anchor === undefined && this.isNext('anchor')) {
        anchor = this.take().value;
      } else if (token === undefined && this.isNext('tag')) {
        token = this.take();
        tagLine = token.line;
      } else {
        break;
      }
    }
    if (token !== undefined) {
      // What follows is looked at before the handle is.
      this.peek();
    }
    return { anchor, tag: token ? this.tagOf(token, tagLine) : '' };
  }

  private tagOf({ value = '', suffix = '' }: Token, line: number): string {
    if (value === '') {
      return suffix;
    }
    const defaults = value === '!!' ? LONG_PREFIX : undefined;
    const prefix = this.handles.get(value) ?? (value === '!' ? '!' : defaults);
    if (prefix === undefined) {
      throw new GoYamlError(
        `yaml: ${line === 0 ? '' : `line ${line}: `}found undefined tag handle`,
      );
    }
    return prefix + suffix;
  }

  private readContent(
    block: boolean,
    indentless: boolean,
    { anchor, tag }: { anchor?: string; tag: string },
  ): Node {
    const { type, value = '', plain } = this.peek();
    const create = (node: Partial<Node>) => {
      const created = { ...emptyNode(), implicit: tag === '', tag, ...node };
      if (anchor !== undefined) {
        this.anchors.set(anchor, created);
      }
      return created;
    };
    switch (type) {
      case 'scalar':
        this.take();
        return create({
          value,
          implicit: (tag === '' && plain === true) || tag === '!',
        });
      case 'flow-sequence-start':
        return this.readFlowSequence(create({ kind: 'sequence' }));
      case 'flow-mapping-start':
        return this.readFlowMapping(create({ kind: 'mapping' }));
      default:
    }
    if (indentless && type === 'block-entry') {
      return this.readIndentless(create({ kind: 'sequence' }));
    }
    if (block && type === 'block-sequence-start') {
      return this.readBlockSequence(create({ kind: 'sequence' }));
    }
    if (block && type === 'block-mapping-start') {
      return this.readBlockMapping(create({ kind: 'mapping' }));
    }
    if (anchor !== undefined || tag !== '') {
      return create({});
    }
    return this.fail('did not find expected node content');
  }

  private readBlockSequence(node: Node): Node {
    this.take();
    while (this.isNext('block-entry')) {
      this.take();
      node.children.push(
        this.isNext('block-entry', 'block-end')
          ? emptyNode()
          : this.readNode(true, false),
      );
    }
    if (!this.isNext('block-end')) {
      this.fail("did not find expected '-' indicator");
    }
    this.take();
    return node;
  }

  private readIndentless(node: Node): Node {
    while (this.isNext('block-entry')) {
      this.take();
      node.children.push(
        this.isNext('block-entry', 'key', 'value', 'block-end')
          ? emptyNode()
          : this.readNode(true, false),
      );
    }
    return node;
  }

  private readBlockMapping(node: Node): Node {
    this.take();
    while (this.isNext('key')) {
      this.take();
      node.children.push(this.readBlockPart());
      if (this.isNext('value')) {
        this.take();
        node.children.push(this.readBlockPart());
      } else {
        node.children.push(emptyNode());
      }
    }
    if (!this.isNext('block-end')) {
      this.fail('did not find expected key');
    }
    this.take();
    return node;
  }

  /** A key or a value of a block mapping, which may be nothing. */
  private readBlockPart(): Node {
    return this.isNext('key', 'value', 'block-end')
      ? emptyNode()
      : this.readNode(true, true);
  }

  private readFlowSequence(node: Node): Node {
    this.take();
    while (!this.isNext('flow-sequence-end')) {
      if (node.children.length > 0) {
        this.takeComma("',' or ']'");
      }
      if (this.isNext('key')) {
        this.take();
        const pair = { ...emptyNode(), kind: 'mapping' as const };
        pair.children.push(
          this.readFlowPart('value', 'flow-entry', 'flow-sequence-end'),
          this.readFlowValue('flow-sequence-end'),
        );
        node.children.push(pair);
      } else if (!this.isNext('flow-sequence-end')) {
        node.children.push(this.readNode(false, false));
      }
    }
    this.take();
    return node;
  }

  private readFlowMapping(node: Node): Node {
    this.take();
    while (!this.isNext('flow-mapping-end')) {
      if (node.children.length > 0) {
        this.takeComma("',' or '}'");
      }
      if (this.isNext('key')) {
        this.take();
        node.children.push(
          this.readFlowPart('value', 'flow-entry', 'flow-mapping-end'),
          this.readFlowValue('flow-mapping-end'),
        );
      } else if (!this.isNext('flow-mapping-end')) {
        node.children.push(this.readNode(false, false), emptyNode());
      }
    }
    this.take();
    return node;
  }

  private takeComma(expected: string): void {
    if (!this.isNext('flow-entry')) {
      this.fail(`did not find expected ${expected}`);
    }
    this.take();
  }

  private readFlowPart(...ends: readonly TokenType[]): Node {
    return this.isNext(...ends) ? emptyNode() : this.readNode(false, false);
  }

  private readFlowValue(end: TokenType): Node {
    if (!this.isNext('value')) {
      return emptyNode();
    }
    this.take();
    return this.readFlowPart('flow-entry', end);
  }
}

function emptyNode(): Node {
  return { kind: 'scalar', value: '', tag: '', implicit: true, children: [] };
}
