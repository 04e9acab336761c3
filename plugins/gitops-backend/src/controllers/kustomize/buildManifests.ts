import { createHash } from 'node:crypto';
import { build, MemoryFileSystem } from '@backstage-gitops/kustomize';
import {
  KubernetesObject,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import { ArchiveFiles } from '../../artifacts/readArchive';
import { BuildError } from './errors';
import { generateKustomization, joinPath } from './generateKustomization';
import {
  substituteObjects,
  Substitution,
} from './substitution/substituteObjects';

/** What a build gives. */
export interface BuiltManifests {
  /** In the order of the build; nothing is sorted (as Flux). */
  objects: KubernetesObject[];
  /** `sha256:…` of the YAML, for the history. */
  digest: string;
  warnings: readonly string[];
}

/**
 * Builds the objects of one delivery. Pure computation: what it depends on is
 * the artifact, the spec and the variables.
 *
 * @throws BuildError, SubstitutionError and the typed errors of kustomize and YAML
 */
export function buildManifests(
  files: ArchiveFiles,
  spec: KustomizationSpec,
  substitution?: Substitution,
): BuiltManifests {
  const directory = joinPath(spec.path ?? '');
  const result = build({
    fileSystem: new MemoryFileSystem(
      Object.fromEntries(generateKustomization(files, directory, spec)),
    ),
    path: `/${directory}`,
    options: { reorder: 'none', loadRestrictions: 'none' },
  });
  for (const object of result.objects) {
    if (!object.apiVersion || !object.kind || !object.metadata?.name) {
      throw new BuildError(
        `an object of the build has no apiVersion, kind or name: ${object.apiVersion ?? '?'} ${object.kind ?? '?'} ${object.metadata?.name ?? '?'}`,
      );
    }
  }
  if (substitution) {
    const objects = substituteObjects(result.objects, substitution);
    return { objects, digest: digestOf(objects), warnings: result.warnings };
  }
  return {
    objects: result.objects,
    digest: sha256(result.toYaml()),
    warnings: result.warnings,
  };
}

/** Of objects that are not as they were built any more. */
export function digestOf(objects: readonly KubernetesObject[]): string {
  return sha256(objects.map(object => stringifyYaml(object)).join('---\n'));
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Whether the artifact holds the directory; the root is always there. */
export function hasPath(files: ArchiveFiles, path: string | undefined) {
  const directory = joinPath(path ?? '');
  if (directory === '') {
    return true;
  }
  const prefix = `${directory}/`;
  for (const file of files.keys()) {
    if (file.startsWith(prefix)) {
      return true;
    }
  }
  return false;
}
