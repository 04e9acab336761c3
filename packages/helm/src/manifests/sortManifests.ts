import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { trim } from '../text/space';
import { HeadCache } from './HeadCache';
import { Hook, HookEvent, Manifest } from './Hook';
import { KindOrder, sortByKind } from './kindOrder';
import { readHead } from './readHead';
import { readHook } from './readHook';
import { splitManifests } from './splitManifests';

/**
 * Files of rendered templates: text by path.
 *
 * @public
 */
export type RenderedFiles = ReadonlyMap<string, string>;

/**
 * The objects and hooks of rendered files, by kind in the order of the action
 * and then in that of files and documents (Helm 4, `SortManifests`). Documents
 * with a hook event that is not known are dropped.
 *
 * @throws ManifestError `invalid-yaml`
 * @public
 */
export function sortManifests(
  files: RenderedFiles,
  order: KindOrder,
  options: {
    /** What is known of documents from before. */
    heads?: HeadCache;
  } = {},
): { hooks: Hook[]; manifests: Manifest[] } {
  const hooks: Hook[] = [];
  const manifests: Manifest[] = [];
  for (const path of [...files.keys()].sort(compareCodePoints)) {
    const text = files.get(path)!;
    const isPartial = path.slice(path.lastIndexOf('/') + 1).startsWith('_');
    if (isPartial || trim(text) === '') {
      continue;
    }
    for (const content of splitManifests(text)) {
      const { annotations, ...head } = options.heads
        ? options.heads.read(content, path)
        : readHead(content, path);
      const manifest: Manifest = { path, content, ...head };
      const hook = readHook(manifest, annotations);
      if (hook) {
        hooks.push(hook);
      } else if (hook === undefined) {
        manifests.push(manifest);
      }
    }
  }
  return {
    hooks: sortByKind(hooks, order),
    manifests: sortByKind(manifests, order),
  };
}

/**
 * The hooks of an event in the order in which they run: by weight, then by
 * name, then by kind.
 *
 * @public
 */
export function hooksFor(hooks: readonly Hook[], event: HookEvent): Hook[] {
  return sortByKind(
    hooks.filter(({ events }) => events.includes(event)),
    'install',
  ).sort((a, b) =>
    a.weight === b.weight
      ? compareCodePoints(a.name, b.name)
      : a.weight - b.weight,
  );
}
