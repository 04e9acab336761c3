import { build, BuildOptions, KustomizeError, MemoryFileSystem } from '..';

/** Builds files held in memory and returns what is printed. */
export function buildText(
  files: Record<string, string>,
  options: BuildOptions & { path?: string } = {},
): string {
  const { path = '.', ...rest } = options;
  return build({
    fileSystem: new MemoryFileSystem(files),
    path,
    options: { reorder: 'none', ...rest },
  }).toYaml();
}

/** The typed error that a build of the files fails with. */
export function buildError(
  files: Record<string, string>,
  options: BuildOptions & { path?: string } = {},
): KustomizeError {
  try {
    buildText(files, options);
  } catch (error) {
    if (error instanceof KustomizeError) {
      return error;
    }
    throw error;
  }
  throw new Error('the build succeeded');
}
