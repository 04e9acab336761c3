import { byteLength } from '../values/utf8';
import { Source } from './nodes';

/** Line from 1, and column in bytes from 0. */
export function locate(
  source: Source,
  position: number,
): { line: number; column: number } {
  const lineStart = source.text.lastIndexOf('\n', position - 1) + 1;
  let line = 1;
  for (
    let at = source.text.indexOf('\n');
    at >= 0 && at < position;
    at = source.text.indexOf('\n', at + 1)
  ) {
    line++;
  }
  const start = position === 0 ? 0 : lineStart;
  return { line, column: byteLength(source.text.slice(start, position)) };
}
