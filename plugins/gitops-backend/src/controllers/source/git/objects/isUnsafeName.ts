/** What HFS+ passes over in names. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** How NTFS also calls `.git`: short name, streams, dots and spaces at its end. */
const NTFS_GIT = /^(\.git|git~1)[. ]*(:.*)?$/is;

const LONGEST = 4_096;

/**
 * Whether a name in a directory of a commit leads somewhere else on some file
 * system, or to the repository's own files.
 */
export function isUnsafeName(name: string): boolean {
  const visible = name.replace(HFS_IGNORED, '');
  return (
    visible === '' ||
    visible === '.' ||
    visible === '..' ||
    name.length > LONGEST ||
    /[/\\\0]/.test(name) ||
    NTFS_GIT.test(visible)
  );
}
