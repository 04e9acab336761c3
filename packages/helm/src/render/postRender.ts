import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import {
  Hook,
  Manifest,
  RenderedFiles,
  sortManifests,
  splitManifests,
} from '../manifests';

/**
 * A document on its way through a post-renderer.
 *
 * @public
 */
export interface PostRenderDocument {
  /** The template it comes from; left out for what a post-renderer adds. */
  readonly path?: string;
  readonly content: string;
}

/**
 * Changes what a chart renders, such as a kustomization does. The documents are
 * in the order of their files; what it returns is sorted again.
 *
 * @public
 */
export interface PostRenderer {
  /**
   * What it sees: `combined` (Helm 4) objects and hooks together, `separate`
   * the hooks first and then the objects, `nohooks` (Helm 3) objects only.
   */
  readonly strategy: 'combined' | 'separate' | 'nohooks';
  run(documents: readonly PostRenderDocument[]): readonly PostRenderDocument[];
}

const documentOfHook = ({ path, manifest }: Hook) => ({
  path,
  content: manifest,
});

const documentOfManifest = ({ path, content }: Manifest) => ({ path, content });

/** The files as the post-renderer leaves them. */
export function postRender(
  files: RenderedFiles,
  renderer: PostRenderer,
): RenderedFiles {
  if (renderer.strategy === 'combined') {
    return joinFiles(renderer.run(splitFiles(files)), '');
  }
  const { hooks, manifests } = sortManifests(files, 'install');
  const hookDocuments = hooks.map(documentOfHook);
  const isSeparate = renderer.strategy === 'separate';
  const parts = [
    isSeparate && hooks.length > 0
      ? joinFiles(renderer.run(byPath(hookDocuments)), 'hooks-')
      : joinFiles(hookDocuments, ''),
    manifests.length > 0
      ? joinFiles(
          renderer.run(byPath(manifests.map(documentOfManifest))),
          'manifests-',
        )
      : new Map<string, string>(),
  ];
  return joinFiles(
    parts.flatMap(part =>
      Array.from(part, ([path, content]) => ({ path, content })),
    ),
    '',
  );
}

/** Objects that were sorted by kind go back to the order of their files. */
function byPath<T extends { path: string }>(documents: readonly T[]): T[] {
  return [...documents].sort((a, b) => compareCodePoints(a.path, b.path));
}

function splitFiles(files: RenderedFiles): PostRenderDocument[] {
  return [...files.keys()]
    .sort(compareCodePoints)
    .filter(path => !path.slice(path.lastIndexOf('/') + 1).startsWith('_'))
    .flatMap(path =>
      splitManifests(files.get(path)!).map(content => ({ path, content })),
    );
}

/** One file for each path; documents without one get a name of their own. */
function joinFiles(
  documents: readonly PostRenderDocument[],
  prefix: string,
): Map<string, string> {
  const files = new Map<string, string>();
  documents.forEach(({ path, content }, i) => {
    const name = path ?? `generated-by-postrender-${prefix}${i}.yaml`;
    const before = files.get(name);
    files.set(
      name,
      before === undefined ? content : `${before}\n---\n${content}`,
    );
  });
  return files;
}
