import {
  readPlainScalar,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import {
  YamlNode,
  getField,
  isMap,
  isScalar,
  textOf,
} from '../fields/YamlNode';
import {
  StyledCollection,
  StyledEntry,
  StyledNode,
  StyledScalar,
  noComments,
} from './StyledNode';

const INDENT = 2;

/**
 * Writes a value with the style that a text had before the value changed:
 * quotes, flow collections and comments stay where they were.
 */
export function writeStyledYaml(
  value: YamlNode,
  styled: StyledNode | undefined,
): string {
  const lines: string[] = [];
  writeBlock(restyle(value, styled), 0, lines);
  return `${lines.join('\n')}\n`;
}

/** The style of the old text on the new value. */
function restyle(value: YamlNode, styled: StyledNode | undefined): StyledNode {
  if (isScalar(value)) {
    return restyleScalar(value, styled);
  }
  const kind = isMap(value) ? 'map' : 'list';
  const old = styled?.kind === kind ? (styled as StyledCollection) : undefined;
  const names = isMap(value)
    ? Object.keys(value)
    : (value as YamlNode[]).map((_, i) => String(i));
  const entries = names.map((name, i): StyledEntry => {
    const entry =
      kind === 'map'
        ? old?.entries.find(({ key }) => key.text === name)
        : old?.entries[i];
    const item = isMap(value)
      ? getField(value, name)!
      : (value as YamlNode[])[i];
    return {
      key: entry?.key ?? { kind: 'scalar', style: 'plain', text: name },
      value: restyle(item, entry?.value),
      comments: entry?.comments ?? noComments(),
    };
  });
  return { kind, flow: old?.flow ?? entries.length === 0, entries };
}

function restyleScalar(
  value: YamlNode,
  styled: StyledNode | undefined,
): StyledScalar {
  const text = textOf(value);
  const isText = typeof value === 'string';
  if (styled?.kind !== 'scalar') {
    const style = text.includes('\n') ? 'literal' : 'plain';
    return { kind: 'scalar', style, text, raw: !isText };
  }
  const resolved = readPlainScalar(text, 'go-yaml-v3');
  const style =
    styled.style === 'plain' && isText && typeof resolved !== 'string'
      ? 'double'
      : styled.style;
  return {
    kind: 'scalar',
    style: style === 'plain' && text.includes('\n') ? 'literal' : style,
    text,
    raw: !isText,
  };
}

/** Writes a collection in block style, or a value on one line. */
function writeBlock(node: StyledNode, indent: number, lines: string[]): void {
  if (node.kind === 'scalar' || node.flow) {
    lines.push(`${' '.repeat(indent)}${inline(node)}`);
    return;
  }
  const margin = ' '.repeat(indent);
  const withMargin = (line: string) => (line === '' ? '' : margin + line);
  node.entries.forEach((entry, i) => {
    lines.push(...entry.comments.head.map(withMargin));
    writeEntry(node.kind, entry, indent, lines);
    lines.push(...entry.comments.foot.map(withMargin));
    if (entry.comments.foot.length > 0 && i < node.entries.length - 1) {
      lines.push('');
    }
  });
}

function writeEntry(
  kind: 'map' | 'list',
  entry: StyledEntry,
  indent: number,
  lines: string[],
): void {
  const { value, comments } = entry;
  const margin = ' '.repeat(indent);
  const start =
    kind === 'map' ? `${margin}${inline(entry.key)}:` : `${margin}-`;
  const comment = comments.line ? ` ${comments.line}` : '';
  if (value.kind === 'scalar' && value.style === 'literal') {
    lines.push(`${start} ${literalHeader(value.text)}`);
    lines.push(...literalLines(value.text, indent + INDENT));
  } else if (value.kind === 'scalar' || value.flow) {
    const text = inline(value);
    lines.push(`${start}${text === '' ? '' : ` ${text}`}${comment}`);
  } else if (kind === 'list') {
    const block: string[] = [];
    writeBlock(value, indent + INDENT, block);
    // The first line of the block stands behind the dash.
    const first = block.findIndex(line => !/^\s*#/.test(line));
    block[first] = `${start} ${block[first].slice(indent + INDENT)}`;
    lines.push(...block);
  } else {
    lines.push(`${start}${comment}`);
    writeBlock(value, value.kind === 'list' ? indent : indent + INDENT, lines);
  }
}

function inline(node: StyledNode): string {
  if (node.kind === 'scalar') {
    return scalarText(node);
  }
  const parts = node.entries.map(({ key, value }) =>
    node.kind === 'map' ? `${inline(key)}: ${inline(value)}` : inline(value),
  );
  return node.kind === 'map'
    ? `{${parts.join(', ')}}`
    : `[${parts.join(', ')}]`;
}

function scalarText({ style, text, raw }: StyledScalar): string {
  if (style === 'plain' && raw) {
    return text;
  }
  const printable = !/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/.test(text);
  switch (style) {
    case 'single':
      return printable
        ? `'${text.replaceAll("'", "''")}'`
        : JSON.stringify(text);
    case 'double':
      return JSON.stringify(text);
    default: {
      // What YAML 1.1 alone would read as something else stays plain here.
      const written = stringifyYaml(text).trimEnd().replace(/\n +/g, ' ');
      return /^[\w./:+-]+$/.test(text) && !text.endsWith(':') ? text : written;
    }
  }
}

function literalHeader(text: string): string {
  const header = /^[ \n]/.test(text) ? `|${INDENT}` : '|';
  if (!text.endsWith('\n')) {
    return `${header}-`;
  }
  return text.endsWith('\n\n') ? `${header}+` : header;
}

function literalLines(text: string, indent: number): string[] {
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return body
    .split('\n')
    .map(line => (line === '' ? '' : ' '.repeat(indent) + line));
}
