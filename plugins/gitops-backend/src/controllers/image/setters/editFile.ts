import { CST, Document, isMap, isScalar, parseAllDocuments, visit } from 'yaml';
import { MARKER, readMarker } from './readMarker';
import { Setters } from './settersOf';
import { ScalarStyle, spellScalar } from './spellScalar';

/** An object in a file; empty where the file does not say. */
export interface EditedObject {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
}

/** A value that was set. */
export interface Edit {
  object: EditedObject;
  /** From 1 on. */
  line: number;
  setter: string;
  oldValue: string;
  newValue: string;
}

/**
 * What became of a file:
 *
 * - `edited`: `content` has the new values, and is the same byte for byte elsewhere
 * - `unchanged`: no marker, or all values are set already
 * - `unreadable`: it has a marker, and is no YAML; it stays as it is
 */
export type EditedFile =
  | { type: 'edited'; content: Buffer; edits: Edit[] }
  | { type: 'unchanged' }
  | { type: 'unreadable'; reason: string };

/** Bytes of a file that is looked at; manifests are a thousandth of that. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** A piece of text that takes the place of another one. */
interface Replacement {
  from: number;
  to: number;
  text: string;
}

const MARKER_BYTES = Buffer.from(MARKER);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Sets the marked values of a file (image-automation-controller 1.2). Flux writes
 * such files anew; here nothing else changes, neither a space nor the end of a line.
 */
export function editFile(content: Buffer, setters: Setters): EditedFile {
  if (!content.includes(MARKER_BYTES)) {
    return { type: 'unchanged' };
  }
  if (content.length > MAX_FILE_BYTES) {
    return {
      type: 'unreadable',
      reason: `it has ${content.length} bytes, and at most ${MAX_FILE_BYTES} are looked at; split it`,
    };
  }
  let text: string;
  let documents: Document.Parsed[];
  try {
    text = decoder.decode(content);
    documents = readDocuments(text);
  } catch (error) {
    return { type: 'unreadable', reason: (error as Error).message };
  }
  const edits: Edit[] = [];
  const replacements: Replacement[] = [];
  for (const document of documents) {
    visit(document, {
      Scalar(key, node, path) {
        const token = node.srcToken;
        if (key === 'key' || !token || !isWritten(token)) {
          return;
        }
        const setter = setterOf(text, token);
        const newValue = setter && setters.get(setter);
        const oldValue = String(node.value ?? '');
        if (!setter || newValue === undefined || newValue === oldValue) {
          return;
        }
        replacements.push(...replace(token, newValue, isInFlow(path)));
        edits.push({
          object: objectOf(path),
          line: lineAt(text, token.offset),
          ...{ setter, oldValue, newValue },
        });
      },
    });
  }
  return edits.length === 0
    ? { type: 'unchanged' }
    : {
        type: 'edited',
        content: Buffer.from(replaceAll(text, replacements)),
        edits,
      };
}

function readDocuments(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    keepSourceTokens: true,
    // All scalars are texts, as they are spelled.
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const list = Array.isArray(documents) ? documents : [];
  const error = list.flatMap(({ errors }) => errors)[0];
  if (error) {
    throw new Error(error.message.split('\n', 1)[0]);
  }
  return list;
}

type WrittenScalar = CST.FlowScalar | CST.BlockScalar;

/** Not an alias, and not the nothing after a colon. */
function isWritten(token: CST.Token): token is WrittenScalar {
  return (
    (CST.isScalar(token) && token.type !== 'alias' && token.source !== '') ||
    token.type === 'block-scalar'
  );
}

/** Named by the comment behind a value, or without one by that right above it. */
function setterOf(text: string, token: WrittenScalar): string | undefined {
  const comment =
    commentBehind(text, token) ?? commentAbove(text, token.offset);
  return comment === undefined ? undefined : readMarker(comment);
}

function commentBehind(text: string, token: WrittenScalar): string | undefined {
  if (token.type === 'block-scalar') {
    const comment = token.props.find(({ type }) => type === 'comment');
    return comment && 'source' in comment ? comment.source : undefined;
  }
  const from = token.offset + token.source.length;
  const rest = text.slice(from, endOfLine(text, from));
  return /^,?[ \t]+,?(#.*)$/.exec(rest)?.[1];
}

/** What may be before a value that begins on a line of its own. */
const BEFORE_VALUE = /^[ \t]*(?:-[ \t]+)?(?:[&!]\S*[ \t]+)*$/;
const COMMENT = /^[ \t]*(#.*)$/;

/** The only comment above a value; with empty lines between, if it begins a list. */
function commentAbove(text: string, offset: number): string | undefined {
  const start = startOfLine(text, offset);
  if (!BEFORE_VALUE.test(text.slice(start, offset))) {
    return undefined;
  }
  const lines = linesAbove(text, start);
  let line = lines.next().value;
  const isApart = line?.trim() === '';
  while (line?.trim() === '') {
    line = lines.next().value;
  }
  const comment = COMMENT.exec(line ?? '')?.[1];
  const further = lines.next().value ?? '';
  const beginsList = /:\s*$/.test(further);
  return COMMENT.test(further) || (isApart && !beginsList)
    ? undefined
    : comment;
}

function* linesAbove(
  text: string,
  start: number,
): Generator<string, undefined> {
  for (let end = start; end > 0; end = startOfLine(text, end - 1)) {
    yield text.slice(startOfLine(text, end - 1), end).replace(/\r?\n$/, '');
  }
  return undefined;
}

const STYLES: Partial<Record<string, ScalarStyle>> = {
  'single-quoted-scalar': 'single',
  'double-quoted-scalar': 'double',
};

function replace(
  token: WrittenScalar,
  value: string,
  inFlow: boolean,
): Replacement[] {
  if (token.type !== 'block-scalar') {
    const from = token.offset;
    const style = STYLES[token.type] ?? 'plain';
    return [
      {
        from,
        to: from + token.source.length,
        text: spellScalar(value, { style, inFlow }),
      },
    ];
  }
  // The header, perhaps a comment, the end of the line; then the lines of the text.
  const [header] = token.props.filter(isSource);
  const headerEnd = token.offset + header.source.length;
  const from = token.props
    .filter(isSource)
    .reduce((end, { source }) => end + source.length, token.offset);
  const [indent] = /^[ \t]*/.exec(token.source)!;
  const [lineEnd] = /(?:\r?\n)?$/.exec(token.source)!;
  return [
    {
      from: token.offset,
      to: headerEnd,
      // No line end at the end of the value.
      text: `${header.source.replace(/[-+]/, '')}-`,
    },
    {
      from,
      to: from + token.source.length,
      text: `${indent}${value}${lineEnd}`,
    },
  ];
}

function isSource(token: CST.Token): token is CST.SourceToken {
  return 'source' in token;
}

type Path = Parameters<
  NonNullable<
    Extract<Parameters<typeof visit>[1], { Scalar?: unknown }>['Scalar']
  >
>[2];

function isInFlow(path: Path): boolean {
  return path.some(node => 'flow' in node && node.flow === true);
}

/** The object that a value is of: the whole document, or an item of a List. */
function objectOf(path: Path): EditedObject {
  const [root, item] = path.filter(isMap);
  const items =
    root && /List$/.test(textIn(root, ['kind'])) && root.get('items', true);
  const object = items && path.some(node => node === items) ? item : root;
  return {
    apiVersion: textIn(object, ['apiVersion']),
    kind: textIn(object, ['kind']),
    namespace: textIn(object, ['metadata', 'namespace']),
    name: textIn(object, ['metadata', 'name']),
  };
}

function textIn(map: unknown, path: readonly string[]): string {
  const node = isMap(map) ? map.getIn(path, true) : undefined;
  return isScalar(node) ? String(node.value ?? '') : '';
}

function replaceAll(
  text: string,
  replacements: readonly Replacement[],
): string {
  let result = '';
  let done = 0;
  for (const { from, to, text: replacement } of replacements) {
    result += text.slice(done, from) + replacement;
    done = to;
  }
  return result + text.slice(done);
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  const stop = end < 0 ? text.length : end;
  return text[stop - 1] === '\r' ? stop - 1 : stop;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (
    let at = text.indexOf('\n');
    at >= 0 && at < offset;
    at = text.indexOf('\n', at + 1)
  ) {
    line += 1;
  }
  return line;
}
