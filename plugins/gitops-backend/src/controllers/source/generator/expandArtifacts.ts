import {
  ArtifactGeneratorSpec,
  OutputArtifact,
} from '@backstage-gitops/plugin-gitops-common';
import { FileTree } from './FileTree';

/** An artifact that is to be made. */
export interface ArtifactRequest extends OutputArtifact {
  /** What the pattern found, for the ExternalArtifact. */
  labels: Readonly<Record<string, string>>;
}

/** A pattern with which no artifact can be made until somebody changes it, or the source. */
export class PathPatternError extends Error {
  readonly code = 'GITOPS_PATH_PATTERN';

  constructor(message: string) {
    super(message);
    this.name = 'PathPatternError';
  }
}

type Captures = Readonly<Record<string, string>>;

const CAPTURE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LABEL_KEY = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const OBJECT_NAME =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_LABEL = 63;
const MAX_NAME = 253;
const MAX_ARTIFACTS = 1000;

/**
 * The artifacts of a generator: those of its spec, or, with `pathPattern`, a set
 * of them for each directory that matches (Flux 2.9, source-watcher 2.2).
 *
 * @throws PathPatternError
 */
export function expandArtifacts(
  { pathPattern, artifacts }: ArtifactGeneratorSpec,
  sources: ReadonlyMap<string, FileTree>,
): ArtifactRequest[] {
  if (!pathPattern) {
    return artifacts.map(artifact => ({ ...artifact, labels: {} }));
  }
  const refuse = (problem: string) =>
    new PathPatternError(`pathPattern "${pathPattern}": ${problem}`);
  const [, alias, pattern] = /^@([^/]*)\/(.*)$/s.exec(pathPattern) ?? [];
  if (pattern === undefined) {
    throw new PathPatternError(`invalid pathPattern format: ${pathPattern}`);
  }
  const source = sources.get(alias);
  if (!source) {
    throw refuse(`source alias ${alias} not found in local sources`);
  }
  const segments = parsePattern(pattern, refuse);
  const requests: ArtifactRequest[] = [];
  const directories = new Map<string, string>();
  for (const directory of source.allFolders()) {
    const raw = matchDirectory(segments, directory);
    if (!raw) {
      continue;
    }
    const labels = normalize(raw, refuse);
    for (const artifact of artifacts) {
      const request = render(artifact, directory, { raw, labels }, refuse);
      const other = directories.get(request.name);
      if (other !== undefined) {
        throw refuse(
          `directories "${other}" and "${directory}" both resolve to artifact name "${request.name}"`,
        );
      }
      directories.set(request.name, directory);
      requests.push(request);
      if (requests.length > MAX_ARTIFACTS) {
        throw refuse(`it makes more than ${MAX_ARTIFACTS} artifacts`);
      }
    }
  }
  return requests;
}

type Refuse = (problem: string) => PathPatternError;

/** Texts and, between them, the names of captures. */
type Segment = readonly ({ text: string } | { capture: string })[];

function parsePattern(pattern: string, refuse: Refuse): Segment[] {
  const seen = new Set<string>();
  const parts = parseTemplate(pattern, (problem, offset) =>
    refuse(`invalid capture at offset ${offset}: ${problem}`),
  );
  const segments: ({ text: string } | { capture: string })[][] = [[]];
  for (const part of parts) {
    if ('capture' in part) {
      const { capture } = part;
      if (seen.has(capture)) {
        throw refuse(`duplicate capture variable "${capture}"`);
      }
      seen.add(capture);
      if (!LABEL_KEY.test(capture)) {
        throw refuse(
          `capture variable "${capture}" is not a valid Kubernetes label key`,
        );
      }
      segments[segments.length - 1].push(part);
    } else {
      part.text.split('/').forEach((text, i) => {
        if (i > 0) {
          segments.push([]);
        }
        if (text !== '') {
          segments[segments.length - 1].push({ text });
        }
      });
    }
  }
  return segments;
}

/** Takes `a{b}c` apart. */
function parseTemplate(
  template: string,
  invalid: (problem: string, offset: number) => Error,
): ({ text: string } | { capture: string })[] {
  const parts: ({ text: string } | { capture: string })[] = [];
  let at = 0;
  while (at < template.length) {
    if (template[at] === '{') {
      const end = template.indexOf('}', at);
      if (end < 0) {
        throw invalid('missing closing brace', at);
      }
      const capture = template.slice(at + 1, end);
      if (capture === '') {
        throw invalid('empty capture variable', at);
      }
      if (!CAPTURE.test(capture)) {
        throw invalid(
          `capture variable "${capture}" must be a valid capture name matching [A-Za-z_][A-Za-z0-9_]*`,
          at,
        );
      }
      parts.push({ capture });
      at = end + 1;
    } else if (template[at] === '}') {
      throw invalid('missing opening brace', at);
    } else {
      const next = template.slice(at).search(/[{}]/);
      const end = next < 0 ? template.length : at + next;
      parts.push({ text: template.slice(at, end) });
      at = end;
    }
  }
  return parts;
}

function matchDirectory(
  segments: readonly Segment[],
  directory: string,
): Captures | undefined {
  const names = directory.split('/');
  if (names.length !== segments.length) {
    return undefined;
  }
  const captures: Record<string, string> = {};
  return segments.every((segment, i) =>
    matchSegment(segment, names[i], captures),
  )
    ? captures
    : undefined;
}

/** The first capture is as long as it can be, then the second. */
function matchSegment(
  segment: Segment,
  name: string,
  captures: Record<string, string>,
): boolean {
  // What did not match once is not tried again: the time is bounded by lengths.
  const failed = new Set<number>();
  const match = (part: number, at: number): boolean => {
    if (part === segment.length) {
      return at === name.length;
    }
    const key = part * (name.length + 1) + at;
    if (failed.has(key)) {
      return false;
    }
    const current = segment[part];
    if ('text' in current) {
      if (
        name.startsWith(current.text, at) &&
        match(part + 1, at + current.text.length)
      ) {
        return true;
      }
    } else {
      for (let end = name.length; end > at; end--) {
        if (match(part + 1, end)) {
          captures[current.capture] = name.slice(at, end);
          return true;
        }
      }
    }
    failed.add(key);
    return false;
  };
  return match(0, 0);
}

function normalize(raw: Captures, refuse: Refuse): Captures {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => {
      const label = value.toLowerCase();
      if (label.length > MAX_LABEL || !LABEL_VALUE.test(label)) {
        throw refuse(
          `captured value "${label}" for variable "${name}" is not a valid Kubernetes label value`,
        );
      }
      return [name, label];
    }),
  );
}

function render(
  artifact: OutputArtifact,
  directory: string,
  { raw, labels }: { raw: Captures; labels: Captures },
  refuse: Refuse,
): ArtifactRequest {
  const fill = (template: string, captures: Captures): string => {
    const invalid = (problem: string) =>
      refuse(
        `failed to render artifact ${artifact.name} for match ${directory}: invalid template "${template}": ${problem}`,
      );
    return parseTemplate(template, invalid)
      .map(part => {
        if ('text' in part) {
          return part.text;
        }
        if (!Object.hasOwn(captures, part.capture)) {
          throw invalid(
            `capture variable "${part.capture}" is not defined by pathPattern`,
          );
        }
        return captures[part.capture];
      })
      .join('');
  };
  const name = fill(artifact.name, labels);
  if (name.length > MAX_NAME || !OBJECT_NAME.test(name)) {
    throw refuse(
      `rendered artifact name "${name}" is not a valid Kubernetes object name`,
    );
  }
  return {
    ...artifact,
    name,
    labels,
    copy: artifact.copy.map(operation => ({
      ...operation,
      from: fill(operation.from, raw),
      to: fill(operation.to, raw),
    })),
  };
}
