import { GitError } from '../GitError';

/** Bytes of a .gitmodules file. */
export const LARGEST_GITMODULES = 1_024 * 1_024;

/**
 * Reads a .gitmodules file, which is in the form of Git's configuration: where
 * submodules come from, by their paths.
 *
 * @throws GitError `GIT_SUBMODULE`
 */
export function parseGitmodules(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, { path?: string; url?: string }>();
  let section: { path?: string; url?: string } | undefined;
  const lines = text.replace(/\\\r?\n/g, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const header =
      /^\s*\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]\s*([#;].*)?$/.exec(
        line,
      );
    const entry = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line);
    if (header) {
      const [, name, sub] = header;
      section = undefined;
      if (name.toLowerCase() === 'submodule' && sub !== undefined) {
        section = sections.get(sub) ?? {};
        sections.set(sub, section);
      }
    } else if (entry) {
      const key = entry[1].toLowerCase();
      if (section && (key === 'path' || key === 'url')) {
        section[key] = readValue(entry[2] ?? '', index);
      }
    } else if (!/^\s*([#;].*)?$/.test(line)) {
      throw broken(index);
    }
  }
  const urls = new Map<string, string>();
  for (const { path, url } of sections.values()) {
    if (path && url) {
      urls.set(path.replace(/\/+$/, ''), url);
    }
  }
  return urls;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };

/** Quotes keep blanks and comment signs; a backslash keeps the next one. */
function readValue(raw: string, line: number): string {
  let value = '';
  /** Length without the blanks that are not quoted. */
  let kept = 0;
  let isQuoted = false;
  for (let at = 0; at < raw.length; at++) {
    const sign = raw[at];
    if (sign === '"') {
      isQuoted = !isQuoted;
    } else if (sign === '\\') {
      at += 1;
      value += ESCAPES[raw[at]] ?? raw[at] ?? '';
      kept = value.length;
    } else if (!isQuoted && (sign === '#' || sign === ';')) {
      break;
    } else {
      value += sign;
      kept = isQuoted || sign.trim() !== '' ? value.length : kept;
    }
  }
  if (isQuoted) {
    throw broken(line);
  }
  return value.slice(0, kept);
}

function broken(line: number): GitError {
  return new GitError(
    'GIT_SUBMODULE',
    `line ${line + 1} of .gitmodules cannot be read`,
  );
}
