/**
 * Splits a path at dots: `\.` is a dot in a name, `[a.b]` a name with dots,
 * `[key=value]` stays as it is.
 */
export function splitFieldPath(path: string): string[] {
  const parts = path.split('.');
  if (parts.length > 1 && parts[0] === '') {
    parts.shift();
  }
  const raw = joinEscaped(parts);
  const result: string[] = [];
  for (let i = 0; i < raw.length; i++) {
    let part = raw[i];
    if (part.startsWith('[') && !part.endsWith(']')) {
      while (i < raw.length - 1) {
        i++;
        part += `.${raw[i]}`;
        if (raw[i].endsWith(']')) {
          break;
        }
      }
      result.push(part.includes('=') ? part : withoutBrackets(part));
    } else {
      result.push(part);
    }
  }
  return result;
}

/** Parts behind a backslash belong to the part before. */
function joinEscaped(parts: readonly string[]): string[] {
  const joined: string[] = [];
  let pieces: string[] = [];
  for (const part of parts) {
    if (part.endsWith('\\')) {
      pieces.push(part.slice(0, -1));
    } else {
      pieces.push(part);
      joined.push(pieces.join('.'));
      pieces = [];
    }
  }
  if (pieces.length > 0) {
    // Nothing follows the last backslash.
    joined.push(`${pieces.join('.')}\\`);
  }
  return joined;
}

function withoutBrackets(part: string): string {
  const isBracket = (char: string) => char === '[' || char === ']';
  let start = 0;
  let end = part.length;
  while (start < end && isBracket(part[start])) {
    start++;
  }
  while (end > start && isBracket(part[end - 1])) {
    end--;
  }
  return part.slice(start, end);
}

/** A position in a list. */
export function isIndex(part: string): boolean {
  return /^[0-9]+$/.test(part);
}

/** A condition on the elements of a list: `[key=value]`, `[=value]`. */
export function parseCondition(
  part: string,
): { key: string; value: string } | undefined {
  if (!part.startsWith('[') || !part.endsWith(']')) {
    return undefined;
  }
  const inner = part.slice(1, -1);
  const equals = inner.indexOf('=');
  return equals < 0
    ? undefined
    : { key: inner.slice(0, equals), value: inner.slice(equals + 1) };
}
