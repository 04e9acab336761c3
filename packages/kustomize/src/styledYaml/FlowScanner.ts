import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import {
  StyledNode,
  StyledScalar,
  UnsupportedStyle,
  noComments,
} from './StyledNode';

/** Reads scalars and flow collections from a text, a character at a time. */
export class FlowScanner {
  pos = 0;

  constructor(private readonly text: string) {}

  /** One value; in flow context plain text ends at brackets and commas. */
  read(inFlow: boolean): StyledNode {
    this.skip();
    switch (this.text[this.pos]) {
      case '{':
        return this.readCollection('map', '}');
      case '[':
        return this.readCollection('list', ']');
      case '"':
      case "'":
        return this.readQuoted();
      default:
        return this.readPlain(inFlow);
    }
  }

  private skip(): void {
    while (/\s/.test(this.text[this.pos] ?? '')) {
      this.pos++;
    }
    if (this.text[this.pos] === '#') {
      throw new UnsupportedStyle('a comment in a flow collection');
    }
  }

  private readCollection(kind: 'map' | 'list', end: string): StyledNode {
    const node: StyledNode = { kind, flow: true, entries: [] };
    this.pos++;
    for (;;) {
      this.skip();
      if (this.text[this.pos] === end) {
        this.pos++;
        return node;
      }
      const first = this.read(true);
      this.skip();
      let value = first;
      if (kind === 'map') {
        if (this.text[this.pos] !== ':' || first.kind !== 'scalar') {
          throw new UnsupportedStyle('a key without a value');
        }
        this.pos++;
        value = this.read(true);
        this.skip();
      }
      node.entries.push({
        key: kind === 'map' ? (first as StyledScalar) : emptyKey(),
        value,
        comments: noComments(),
      });
      if (this.text[this.pos] === ',') {
        this.pos++;
      } else if (this.text[this.pos] !== end) {
        throw new UnsupportedStyle('a flow collection without an end');
      }
    }
  }

  private readQuoted(): StyledScalar {
    const quote = this.text[this.pos];
    const pattern = quote === '"' ? /"(?:[^"\\]|\\.)*"/sy : /'(?:[^']|'')*'/y;
    pattern.lastIndex = this.pos;
    const raw = pattern.exec(this.text)?.[0];
    if (raw === undefined || raw.includes('\n')) {
      throw new UnsupportedStyle('a quoted text of several lines');
    }
    this.pos += raw.length;
    return {
      kind: 'scalar',
      style: quote === '"' ? 'double' : 'single',
      text: String(parseYaml(raw)),
    };
  }

  private readPlain(inFlow: boolean): StyledScalar {
    const pattern = inFlow
      ? /(?:[^\n,[\]{}:#]|:(?=[^\s,[\]{}])|(?<=\S)#)*/y
      : /(?:[^\n:#]|:(?=\S)|(?<=\S)#)*/y;
    pattern.lastIndex = this.pos;
    const raw = pattern.exec(this.text)?.[0] ?? '';
    if (/^[&*!|>%@`?-](?:\s|$)|^[&*!%@`|>]/.test(raw)) {
      throw new UnsupportedStyle('an anchor, alias or tag');
    }
    this.pos += raw.length;
    return { kind: 'scalar', style: 'plain', text: raw.trimEnd() };
  }
}

/** The key of list entries. */
export function emptyKey(): StyledScalar {
  return { kind: 'scalar', style: 'plain', text: '' };
}
