import type { Chart } from '../charts/Chart';
import { BadPatternError, compilePath } from '../text/matchPath';
import { trim } from '../text/space';
import { Hook, Manifest } from './Hook';
import { ManifestError } from './ManifestError';
import { splitManifests } from './splitManifests';

/**
 * The manifest of a release as one text: before each object, `---` and the
 * template it comes from. Custom resource definitions of `crds/` come first
 * where they are given.
 *
 * @public
 */
export function writeManifests(
  manifests: readonly Manifest[],
  options: {
    /** `crds` of a chart; left out, they are not written. */
    crds?: Chart['crds'];
    /** Objects of kind Secret are named, but not shown. */
    hideSecrets?: boolean;
  } = {},
): string {
  const crds = (options.crds ?? []).map(({ path, file }) =>
    document(path, new TextDecoder().decode(file.data)),
  );
  const objects = manifests.map(({ path, content, kind, apiVersion }) =>
    options.hideSecrets && kind === 'Secret' && apiVersion === 'v1'
      ? document(path, '# HIDDEN: The Secret output has been suppressed')
      : document(path, content),
  );
  return [...crds, ...objects].join('');
}

/**
 * What `helm template` prints: the manifest, then the hooks.
 *
 * @throws ManifestError `not-found` where nothing matches one of `showOnly`
 * @public
 */
export function writeTemplateOutput(options: {
  /** Of `writeManifests`. */
  manifest: string;
  hooks: readonly Hook[];
  noHooks?: boolean;
  skipTests?: boolean;
  /** Patterns of paths within the chart; left out, all is shown. */
  showOnly?: readonly string[];
}): string {
  const { manifest, noHooks, skipTests, showOnly = [] } = options;
  const hooks = noHooks
    ? []
    : options.hooks.filter(
        ({ events }) => !(skipTests && events.includes('test')),
      );
  const all = `${trim(manifest)}\n${hooks
    .map(hook => document(hook.path, hook.manifest))
    .join('')}`;
  return showOnly.length === 0
    ? all
    : showOnly.map(pattern => select(all, pattern)).join('');
}

function select(output: string, pattern: string): string {
  const matches = compilePath(pattern);
  const selected = splitManifests(output).filter(text => {
    const path = /# Source: [^/\n]+\/(.+)/.exec(text)?.[1];
    return path !== undefined && tries(matches, path);
  });
  if (selected.length === 0) {
    throw new ManifestError(
      'not-found',
      `could not find template ${pattern.slice(0, 200)} in chart`,
    );
  }
  return selected.map(text => `---\n${text}\n`).join('');
}

/** A pattern that cannot be read matches nothing. */
function tries(matches: (path: string) => boolean, path: string): boolean {
  try {
    return matches(path);
  } catch (error) {
    if (error instanceof BadPatternError) {
      return false;
    }
    throw error;
  }
}

function document(path: string, content: string): string {
  return `---\n# Source: ${path}\n${content}\n`;
}
