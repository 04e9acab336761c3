import { compileGoGlob } from './goGlob';

/** The file whose lines leave files out of an artifact. */
export const IGNORE_FILE = '.sourceignore';

const VCS = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];
const EXTENSIONS = [
  '*.jpg',
  '*.jpeg',
  '*.gif',
  '*.png',
  '*.wmv',
  '*.flv',
  '*.tar.gz',
  '*.zip',
];
const CI = [
  '.github/',
  '.circleci/',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
];
const EXTRA = ['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'];

const partsOf = (path: string) => (path === '' ? [] : path.split('/'));

/** What a rule says of a path; undefined: nothing. */
type Verdict = 'ignore' | 'keep' | undefined;

interface Rule {
  /** Directory of the file that the rule stands in, as path parts. */
  domain: readonly string[];
  verdict: 'ignore' | 'keep';
  dirOnly: boolean;
  /** Without a slash in the pattern: matches any part of the path. */
  anywhere: boolean;
  /** `**` stays a string; a malformed part is undefined and matches nothing. */
  parts: readonly (RegExp | '**' | '' | undefined)[];
}

/** An ignore file and the directory it lies in. */
export interface IgnoreFile {
  directory: string;
  text: string;
}

/**
 * The rules by which sources leave files out of their artifacts: gitignore
 * patterns, the last one that matches wins, also over that of a parent folder
 * (Flux 2.9: fluxcd/pkg sourceignore, with go-git's matcher). Version control
 * files are always left out; the other defaults only apply where there is no
 * pattern of the user's.
 */
export class SourceIgnore {
  private readonly rules: readonly Rule[];

  constructor(options: {
    files: readonly IgnoreFile[];
    ignore?: string;
    /** False: nothing is left out but by patterns of the user's, as of buckets. */
    defaults?: boolean;
  }) {
    const own = [
      ...[...options.files]
        .sort((a, b) =>
          compareParts(partsOf(a.directory), partsOf(b.directory)),
        )
        .flatMap(file => readRules(file.text, partsOf(file.directory))),
      ...readRules(options.ignore ?? '', []),
    ];
    const lines =
      own.length > 0 ? VCS : [...VCS, ...EXTENSIONS, ...CI, ...EXTRA];
    const defaults = options.defaults === false ? [] : lines;
    this.rules = [...defaults.map(line => readRule(line, [])), ...own];
  }

  /** Whether a path, relative to the root of the source, is left out. */
  ignores(path: string, isDirectory: boolean): boolean {
    const parts = partsOf(path);
    for (let i = this.rules.length - 1; i >= 0; i--) {
      const verdict = judge(this.rules[i], parts, isDirectory);
      if (verdict) {
        return verdict === 'ignore';
      }
    }
    return false;
  }
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      return a[i] < b[i] ? -1 : 1;
    }
  }
  return a.length - b.length;
}

function readRules(text: string, domain: readonly string[]): Rule[] {
  return text
    .split('\n')
    .map(line => line.replace(/\r$/, ''))
    .filter(line => !line.startsWith('#') && line.trim() !== '')
    .map(line => readRule(line, domain));
}

function readRule(line: string, domain: readonly string[]): Rule {
  const verdict = line.startsWith('!') ? 'keep' : 'ignore';
  let pattern = verdict === 'keep' ? line.slice(1) : line;
  if (!pattern.endsWith('\\ ')) {
    pattern = pattern.replace(/ +$/, '');
  }
  const dirOnly = pattern.endsWith('/');
  if (dirOnly) {
    pattern = pattern.slice(0, -1);
  }
  return {
    domain,
    verdict,
    dirOnly,
    anywhere: !pattern.includes('/'),
    parts: pattern.split('/').map(part => {
      if (part === '' || part === '**') {
        return part;
      }
      // Two stars within a longer part are no pattern in go-git.
      return part.includes('**') && pattern.includes('/')
        ? undefined
        : compileGoGlob(part);
    }),
  };
}

function judge(
  rule: Rule,
  path: readonly string[],
  isDirectory: boolean,
): Verdict {
  const { domain } = rule;
  if (
    path.length <= domain.length ||
    domain.some((part, index) => part !== path[index])
  ) {
    return undefined;
  }
  const below = path.slice(domain.length);
  const matches = rule.anywhere
    ? matchesAnyPart(rule, below, isDirectory)
    : matchesFromRoot(rule, below, isDirectory);
  return matches ? rule.verdict : undefined;
}

function matchesAnyPart(
  rule: Rule,
  path: readonly string[],
  isDirectory: boolean,
): boolean {
  const [pattern] = rule.parts;
  // A lone `**` is an ordinary name pattern here: any number of characters.
  const glob = pattern === '**' ? /^/ : pattern;
  if (!glob) {
    return false;
  }
  return path.some(
    (name, index) =>
      glob.test(name) &&
      !(rule.dirOnly && !isDirectory && index === path.length - 1),
  );
}

function matchesFromRoot(
  rule: Rule,
  path: readonly string[],
  isDirectory: boolean,
): boolean {
  let rest = path;
  let matched = false;
  let anyDepth = false;
  for (const [index, part] of rule.parts.entries()) {
    if (part === '') {
      anyDepth = false;
    } else if (part === '**') {
      // At the end it adds nothing: what is below a match is matched anyway.
      anyDepth = index < rule.parts.length - 1;
    } else {
      if (part === undefined || rest.length === 0) {
        return false;
      }
      if (anyDepth) {
        const at = rest.findIndex(name => part.test(name));
        // go-git goes on with the rest of the pattern when nothing matched; a
        // later part then finds no path left and fails, so this is the end.
        matched = at >= 0;
        rest = at >= 0 ? rest.slice(at + 1) : [];
        anyDepth = false;
      } else {
        if (!part.test(rest[0])) {
          return false;
        }
        matched = true;
        rest = rest.slice(1);
      }
    }
  }
  return matched && !(rule.dirOnly && !isDirectory && rest.length === 0);
}
