import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { RenderedFiles } from './sortManifests';

const NOTES = 'NOTES.txt';

/**
 * Takes the notes out of rendered files. Those of the chart itself are what is
 * shown, with `subNotes` also those of its dependencies, by path.
 *
 * @public
 */
export function takeNotes(
  files: RenderedFiles,
  options: { chartName: string; subNotes?: boolean },
): { notes: string; files: RenderedFiles } {
  const own = `${options.chartName}/templates/${NOTES}`;
  const rest = new Map<string, string>();
  let notes = '';
  for (const path of [...files.keys()].sort(compareCodePoints)) {
    const text = files.get(path)!;
    if (!path.endsWith(NOTES)) {
      rest.set(path, text);
    } else if (options.subNotes || path === own) {
      notes += notes === '' ? text : `\n${text}`;
    }
  }
  return { notes, files: rest };
}
