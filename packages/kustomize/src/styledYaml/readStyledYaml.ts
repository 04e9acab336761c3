import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { FlowScanner, emptyKey } from './FlowScanner';
import {
  Comments,
  StyledCollection,
  StyledNode,
  StyledScalar,
  UnsupportedStyle,
  noComments,
} from './StyledNode';

interface Line {
  indent: number;
  /** Without indentation; empty for empty lines. */
  text: string;
}

class BlockReader {
  private readonly lines: Line[];
  private at = 0;
  private pending: string[] = [];
  /** The entry on the last line read, if it stands on one line. */
  private last?: { line: number; indent: number; comments: Comments };

  constructor(text: string) {
    this.lines = text.split('\n').map(raw => {
      const content = raw.trimStart();
      return { indent: raw.length - content.length, text: content.trimEnd() };
    });
  }

  read(): StyledNode {
    const node = this.readBlock(0);
    this.collectComments();
    if (this.at < this.lines.length) {
      throw new UnsupportedStyle('lines that belong to nothing');
    }
    this.attachFoot(node);
    return node;
  }

  /** A block collection at exactly this indentation. */
  private readBlock(indent: number): StyledNode {
    this.collectComments();
    const first = this.lines[this.at];
    if (!first || first.indent !== indent) {
      throw new UnsupportedStyle('an indentation');
    }
    const kind = isItem(first.text) ? 'list' : 'map';
    const node: StyledCollection = { kind, flow: false, entries: [] };
    for (;;) {
      this.collectComments();
      const line = this.lines[this.at];
      if (
        !line ||
        line.indent !== indent ||
        isItem(line.text) !== (kind === 'list')
      ) {
        if (line && line.indent > indent) {
          throw new UnsupportedStyle('an indentation');
        }
        return node;
      }
      if (/^(?:---|\.\.\.|%)/.test(line.text)) {
        throw new UnsupportedStyle('several documents');
      }
      const comments = noComments();
      comments.head = this.pending;
      this.pending = [];
      node.entries.push(
        kind === 'list'
          ? this.readItem(line, comments)
          : this.readEntry(line, comments),
      );
    }
  }

  private readItem(line: Line, comments: Comments) {
    const rest = line.text.slice(1).trimStart();
    if (rest === '' || rest.startsWith('#')) {
      throw new UnsupportedStyle('an item on a line of its own');
    }
    const offset = line.text.length - rest.length;
    const isBlock = isItem(rest) || keyLength(rest) !== undefined;
    if (isBlock) {
      // The item starts a collection on the same line.
      this.lines[this.at] = { indent: line.indent + offset, text: rest };
      const value = this.readBlock(line.indent + offset);
      return { key: emptyKey(), value, comments };
    }
    this.at++;
    const value = this.readValue(rest, line.indent, comments);
    return { key: emptyKey(), value, comments };
  }

  private readEntry(line: Line, comments: Comments) {
    const length = keyLength(line.text);
    if (length === undefined) {
      throw new UnsupportedStyle('a line without a key');
    }
    const scanner = new FlowScanner(line.text.slice(0, length));
    const key = scanner.read(false) as StyledScalar;
    const rest = line.text.slice(length + 1).trimStart();
    this.at++;
    if (rest !== '' && !rest.startsWith('#')) {
      const value = this.readValue(rest, line.indent, comments);
      return { key, value, comments };
    }
    comments.line = rest;
    this.collectComments();
    const next = this.lines[this.at];
    const nested =
      next &&
      (next.indent > line.indent ||
        (next.indent === line.indent && isItem(next.text)));
    const value: StyledNode = nested
      ? this.readBlock(next.indent)
      : { kind: 'scalar', style: 'plain', text: '' };
    return { key, value, comments };
  }

  private readValue(
    rest: string,
    indent: number,
    comments: Comments,
  ): StyledNode {
    if (/^\|[-+]?$/.test(rest)) {
      return this.readLiteral(rest, indent);
    }
    let text = rest;
    for (;;) {
      const scanner = new FlowScanner(text);
      try {
        const value = scanner.read(false);
        const after = text.slice(scanner.pos).trimStart();
        if (after !== '' && !after.startsWith('#')) {
          throw new UnsupportedStyle('text behind a value');
        }
        const next = this.lines[this.at];
        if (value.kind === 'scalar' && next?.text && next.indent > indent) {
          throw new UnsupportedStyle('a text of several lines');
        }
        comments.line = after;
        this.last = { line: this.at - 1, indent, comments };
        return value;
      } catch (error) {
        const next = this.lines[this.at];
        if (!/^[{[]/.test(rest) || !next) {
          throw error;
        }
        // A flow collection goes on in the next line.
        text += `\n${next.text}`;
        this.at++;
      }
    }
  }

  private readLiteral(header: string, indent: number): StyledScalar {
    const start = this.at;
    while (
      this.at < this.lines.length &&
      (this.lines[this.at].text === '' || this.lines[this.at].indent > indent)
    ) {
      this.at++;
    }
    const body = this.lines
      .slice(start, this.at)
      .map(line => (line.text ? ' '.repeat(line.indent) + line.text : ''));
    return {
      kind: 'scalar',
      style: 'literal',
      text: String(parseYaml(`${header}\n${body.join('\n')}\n`) ?? ''),
    };
  }

  /** Comments in front of the next content; an empty line ends a group. */
  private collectComments(): void {
    for (; this.at < this.lines.length; this.at++) {
      const { text } = this.lines[this.at];
      if (text.startsWith('#')) {
        this.pending.push(text);
      } else if (text !== '') {
        return;
      } else if (this.pending.length > 0 && !this.onlyEmptyLinesFollow()) {
        this.endCommentGroup();
      }
    }
  }

  private onlyEmptyLinesFollow(): boolean {
    return this.lines.slice(this.at).every(line => line.text === '');
  }

  /** A comment in front of an empty line: of the file, or of what is above. */
  private endCommentGroup(): void {
    const start = this.at - this.pending.length;
    const above = this.lines[start - 1];
    if (start === 0 && this.last === undefined) {
      this.pending.push('');
    } else if (
      this.last &&
      above?.text &&
      this.last.indent === this.lines[start].indent &&
      this.last.line === start - 1
    ) {
      this.last.comments.foot = this.pending;
      this.pending = [];
    }
    // Else the empty line is lost, and the comment is of what comes next.
  }

  private attachFoot(node: StyledNode): void {
    if (this.pending.length > 0) {
      if (node.kind === 'scalar' || node.entries.length === 0) {
        throw new UnsupportedStyle('a comment');
      }
      node.entries[node.entries.length - 1].comments.foot = this.pending;
    }
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** The length of the key that a line starts with. */
function keyLength(text: string): number | undefined {
  const match =
    /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#&*!|>%@`{}[\],?-](?:[^:#]|:(?=\S)|(?<=\S)#)*|-\S(?:[^:#]|:(?=\S))*)(?=\s*:(?:\s|$))/.exec(
      text,
    );
  if (!match) {
    return undefined;
  }
  const length = match[0].length;
  return text[length] === ':' ? length : undefined;
}

/**
 * Reads one block of YAML with its styles and comments. It knows what
 * configuration files are made of; whatever else it meets (anchors, tags,
 * several documents, folded texts) it refuses.
 *
 * @throws UnsupportedStyle
 */
export function readStyledYaml(text: string): StyledNode {
  return new BlockReader(text).read();
}
