import { BadPatternError, compilePath } from '../text/matchPath';
import { trim } from '../text/space';
import { ChartError } from './ChartError';

interface Rule {
  negated: boolean;
  directoriesOnly: boolean;
  matches(path: string): boolean;
}

/** Hidden files below `templates/` are never taken. */
const DEFAULT_RULE = 'templates/.?*';

/**
 * The rules of a .helmignore file. The first rule that decides wins, and a
 * rule with `!` ignores all that it does not match: so it is in Helm 4.
 *
 * @public
 */
export class HelmIgnore {
  private readonly rules: readonly Rule[];

  private constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }

  /**
   * Reads the rules; Helm's own are added at the end.
   *
   * @throws ChartError `invalid-ignore`
   */
  static parse(text = ''): HelmIgnore {
    const lines = text.replace(/^\uFEFF/, '').split('\n');
    return new HelmIgnore(
      [...lines, DEFAULT_RULE]
        .map(line => parseRule(trim(line)))
        .filter(rule => rule !== undefined),
    );
  }

  /**
   * Whether a file or directory is left out. The path is relative to the
   * chart; what is below an ignored directory is ignored with it, which is not
   * told here.
   */
  ignores(path: string, isDirectory: boolean): boolean {
    if (path === '' || path === '.' || path === './') {
      return false;
    }
    for (const rule of this.rules) {
      const applies =
        (!rule.directoriesOnly || isDirectory) && rule.matches(path);
      if (applies !== rule.negated) {
        return true;
      }
    }
    return false;
  }
}

function parseRule(line: string): Rule | undefined {
  if (line === '' || line.startsWith('#')) {
    return undefined;
  }
  if (line.includes('**')) {
    throw invalid(line, 'double-star (**) syntax is not supported');
  }
  const negated = line.startsWith('!');
  let pattern = negated ? line.slice(1) : line;
  const directoriesOnly = pattern.endsWith('/');
  if (directoriesOnly) {
    pattern = pattern.slice(0, -1);
  }
  const anchored = pattern.startsWith('/');
  try {
    // Helm tries the rule on this name, and so overlooks some mistakes.
    compilePath(line)('abc');
    const wholePath = pattern.includes('/');
    const matches = compilePath(anchored ? pattern.slice(1) : pattern);
    return {
      negated,
      directoriesOnly,
      matches: path => {
        try {
          return matches(wholePath ? path : baseName(path));
        } catch (error) {
          if (error instanceof BadPatternError) {
            return false;
          }
          throw error;
        }
      },
    };
  } catch (error) {
    if (error instanceof BadPatternError) {
      throw invalid(line, error.message);
    }
    throw error;
  }
}

function baseName(path: string): string {
  const end = path.replace(/\/+$/, '');
  return end === '' ? '/' : end.slice(end.lastIndexOf('/') + 1);
}

function invalid(rule: string, problem: string): ChartError {
  return new ChartError(
    'invalid-ignore',
    `the rule ${JSON.stringify(rule.slice(0, 200))} of .helmignore: ${problem}`,
    { file: '.helmignore' },
  );
}
