import { minimatch } from 'minimatch';
import { showLocation } from './showLocation';

/**
 * Whether a location, which may be a pattern such as `url:https://host/x/*.yaml`,
 * is that of a file. Users and passwords of addresses do not matter.
 */
export function isAbout(location: string, file: string): boolean {
  const shown = showLocation(file);
  return (
    showLocation(location) === shown ||
    (location.includes('*') &&
      minimatch(shown, showLocation(location), {
        dot: true,
        nobrace: true,
        noext: true,
        nocomment: true,
        nonegate: true,
      }))
  );
}
