import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifests } from '@backstage-gitops/kubernetes-yaml';
import { kindOf } from '../kinds';
import { KubernetesObject } from '../objects';
import { sharedPath } from './shared';

/** Manifests of the documentation of Flux, all versions of the API. */
export const DOCS_SPEC = sharedPath('conformance/flux/docs-spec');

/** The GitOps objects in whole documents (not fragments), with their file. */
export function docsSpecObjects(
  directory: string = DOCS_SPEC,
): { file: string; object: KubernetesObject }[] {
  return readdirSync(directory).flatMap(name => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return docsSpecObjects(path);
    if (!/manifest.*\.ya?ml$/.test(name)) return [];
    return readGitopsObjects(readFileSync(path, 'utf8')).map(object => ({
      file: path.slice(DOCS_SPEC.length + 1),
      object,
    }));
  });
}

function readGitopsObjects(text: string): KubernetesObject[] {
  try {
    return parseManifests(text).filter(object =>
      kindOf(object.apiVersion, object.kind),
    );
  } catch (error) {
    // Some documents of the collection are no YAML, or have no name.
    if (error instanceof Error && error.name === 'YamlError') return [];
    throw error;
  }
}
