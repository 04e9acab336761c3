import { trimStart } from '../text/space';

const SEPARATOR = /^---[ \t]*/m;

/**
 * The documents of a rendered file, cut as Helm 4 cuts them: wherever a line
 * begins with `---`, and what follows on that line belongs to the next
 * document. White space at the beginning of a document goes, that at its end
 * stays; blank ones are left out.
 *
 * @public
 */
export function splitManifests(text: string): string[] {
  return trimStart(text)
    .split(SEPARATOR)
    .map(trimStart)
    .filter(document => document !== '');
}
