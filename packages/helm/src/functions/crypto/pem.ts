import { encodeUtf8 } from '@backstage-gitops/go-template';
import { CorruptInput, decodeBase64 } from '../encoding/base';

/** A block of PEM: `-----BEGIN TYPE-----`. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';

/** A line from a place, without white space at its end; where the next begins. */
function lineAt(text: string, from: number): { line: string; next: number } {
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : newline;
  let last = end;
  if (newline > from && text[last - 1] === '\r') {
    last--;
  }
  while (last > from && (text[last - 1] === ' ' || text[last - 1] === '\t')) {
    last--;
  }
  return {
    line: text.slice(from, last),
    next: newline < 0 ? end : newline + 1,
  };
}

/** The first block of a text, as Go's `pem.Decode` finds it. */
export function decodePem(text: string): PemBlock | undefined {
  let from = 0;
  for (;;) {
    const end = text.indexOf(END, from);
    if (end < 0) {
      return undefined;
    }
    const begin = text.slice(from, end).lastIndexOf(BEGIN);
    const isAtLine = begin === 0 || text[from + begin - 1] === '\n';
    const block =
      begin >= 0 && isAtLine
        ? readBlock(text, from + begin + BEGIN.length, end)
        : undefined;
    if (block) {
      return block;
    }
    from = end + END.length;
  }
}

/** The block whose type begins at one place, and whose end is at another. */
function readBlock(
  text: string,
  at: number,
  end: number,
): PemBlock | undefined {
  const first = lineAt(text, at);
  if (!first.line.endsWith(DASHES)) {
    return undefined;
  }
  const type = first.line.slice(0, -DASHES.length);
  let body = first.next;
  for (;;) {
    const { line, next } = lineAt(text, body);
    if (body >= text.length || !line.includes(':')) {
      break;
    }
    body = next;
  }
  const last = lineAt(text, end + END.length).line;
  if ((body > first.next && end < body) || last !== type + DASHES) {
    return undefined;
  }
  const encoded = text.slice(body, Math.max(body, end)).replace(/[ \t]/g, '');
  try {
    return { type, bytes: decodeBase64(encodeUtf8(encoded)) };
  } catch (error) {
    if (error instanceof CorruptInput) {
      return undefined;
    }
    throw error;
  }
}

/** A block of PEM in lines of 64 characters. */
export function encodePem({ type, bytes }: PemBlock): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN ${type}-----`,
    ...lines,
    `-----END ${type}-----`,
    '',
  ].join('\n');
}
