import { readFile } from 'node:fs/promises';
import { resolvePackagePath } from '@backstage/backend-plugin-api';

/** The version of this plugin. */
export async function readVersion(): Promise<string> {
  const file = resolvePackagePath(
    '@backstage-gitops/plugin-gitops-backend',
    'package.json',
  );
  const { version } = JSON.parse(await readFile(file, 'utf8')) as {
    version: string;
  };
  return version;
}
