import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import {
  JsonValue,
  parseDocuments,
  parseManifests,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import { ArchiveFiles } from '../../artifacts/readArchive';
import { BuildError } from './errors';

/** The names under which kustomize looks for its file, in its order. */
export const KUSTOMIZATION_FILES = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
] as const;

type KustomizationFile = { [field: string]: JsonValue | undefined };

/**
 * Gives the artifact's files with the kustomization file of `directory` as the
 * object asks for it: generated where there is none, then changed by the fields
 * of `spec` (fluxcd/pkg kustomize generator, Flux 2.9). The input is not
 * changed. `directory` has no leading slash; the root is the empty string.
 *
 * @throws BuildError for files that hold no Kubernetes objects
 */
export function generateKustomization(
  files: ArchiveFiles,
  directory: string,
  spec: KustomizationSpec,
): Map<string, Uint8Array> {
  const present = KUSTOMIZATION_FILES.find(name =>
    files.has(joinPath(directory, name)),
  );
  const file = joinPath(directory, present ?? KUSTOMIZATION_FILES[0]);
  const kustomization = present
    ? readKustomization(files.get(file)!, file)
    : scan(files, directory);
  mutate(kustomization, spec, name =>
    hasDirectory(files, joinPath(directory, name)),
  );
  const generated = new Map<string, Uint8Array>(files);
  generated.set(file, Buffer.from(stringifyJson(kustomization as JsonValue)));
  return generated;
}

function readKustomization(content: Uint8Array, file: string) {
  const [document, ...others] = parseDocuments(
    Buffer.from(content).toString('utf8'),
    { file },
  ).filter(({ value }) => value !== null);
  const value = document?.value ?? {};
  if (others.length > 0 || typeof value !== 'object' || Array.isArray(value)) {
    throw new BuildError(`${file}: a kustomization file holds one object`);
  }
  const kustomization: KustomizationFile = { ...value };
  if (!kustomization.resources && !kustomization.components) {
    // kustomize refuses a file that produces nothing; this field makes it a
    // file that says something without changing the result.
    kustomization.buildMetadata ??= ['originAnnotations'];
  }
  return kustomization;
}

/** A kustomization over all manifests below a directory. */
function scan(files: ArchiveFiles, directory: string): KustomizationFile {
  const prefix = directory === '' ? '' : `${directory}/`;
  const below = [...files.keys()]
    .filter(path => path.startsWith(prefix))
    .map(path => path.slice(prefix.length))
    .sort(byPathParts);
  const overlays = new Set(
    below.flatMap(path => {
      const slash = path.lastIndexOf('/');
      const name = path.slice(slash + 1);
      return slash > 0 &&
        (KUSTOMIZATION_FILES as readonly string[]).includes(name)
        ? [path.slice(0, slash)]
        : [];
    }),
  );
  const resources: string[] = [];
  for (const path of below) {
    const overlay = ancestors(path).find(ancestor => overlays.has(ancestor));
    if (overlay) {
      if (resources.at(-1) !== overlay) {
        resources.push(overlay);
      }
    } else if (/\.ya?ml$/.test(path)) {
      const file = prefix + path;
      // Every file that is found must hold objects; one that does not would
      // otherwise be left out of the delivery without a word.
      parseManifests(files.get(file)!.toString('utf8'), { file });
      resources.push(path);
    }
  }
  const kustomization: KustomizationFile = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
  };
  if (resources.length > 0) {
    kustomization.resources = resources;
  } else {
    // Builds to nothing, where an empty file would be an error.
    kustomization.namespace = '_placeholder';
  }
  return kustomization;
}

/** Outermost first, without the path itself. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The order of a directory walk: name by name, bytewise. */
function byPathParts(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = Buffer.compare(Buffer.from(left[i]), Buffer.from(right[i]));
    if (order !== 0) {
      return order;
    }
  }
  return left.length - right.length;
}

function mutate(
  kustomization: KustomizationFile,
  spec: KustomizationSpec,
  exists: (directory: string) => boolean,
): void {
  if (spec.targetNamespace) {
    kustomization.namespace = spec.targetNamespace;
  }
  if (spec.namePrefix) {
    kustomization.namePrefix = spec.namePrefix;
  }
  if (spec.nameSuffix) {
    kustomization.nameSuffix = spec.nameSuffix;
  }
  append(kustomization, 'patches', (spec.patches ?? []) as object[]);
  append(
    kustomization,
    'components',
    componentsOf(spec).filter(
      component => !spec.ignoreMissingComponents || exists(component),
    ),
  );
  kustomization.images = mergeImages(
    listOf(kustomization, 'images'),
    spec.images ?? [],
  );
  if (kustomization.images.length === 0) {
    delete kustomization.images;
  }
  append(kustomization, 'buildMetadata', spec.buildMetadata ?? []);
}

function componentsOf(spec: KustomizationSpec): string[] {
  for (const component of spec.components ?? []) {
    if (component.startsWith('/') || /^[a-z]+:|::|^git@/i.test(component)) {
      throw new BuildError(
        `spec.components: '${component}' must be a path relative to spec.path`,
      );
    }
  }
  return spec.components ?? [];
}

/** Fields of the object win; tag and digest are replaced as a unit. */
function mergeImages(
  overlay: JsonValue[],
  images: NonNullable<KustomizationSpec['images']>,
): JsonValue[] {
  const merged = overlay.map(image => ({ ...(image as KustomizationFile) }));
  for (const image of images) {
    let target = merged.find(candidate => candidate.name === image.name);
    if (!target) {
      target = { name: image.name };
      merged.push(target);
    }
    if (image.newName) {
      target.newName = image.newName;
    }
    if (image.newTag) {
      target.newTag = image.newTag;
      delete target.digest;
    }
    if (image.digest) {
      target.digest = image.digest;
      delete target.newTag;
    }
  }
  return merged as JsonValue[];
}

function append(
  kustomization: KustomizationFile,
  field: string,
  values: readonly unknown[],
): void {
  if (values.length > 0) {
    kustomization[field] = [
      ...listOf(kustomization, field),
      ...(values as JsonValue[]),
    ];
  }
}

function listOf(kustomization: KustomizationFile, field: string): JsonValue[] {
  const value = kustomization[field];
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new BuildError(`the field '${field}' of a kustomization is a list`);
  }
  return value;
}

function hasDirectory(files: ArchiveFiles, directory: string): boolean {
  const prefix = `${directory}/`;
  for (const path of files.keys()) {
    if (path.startsWith(prefix)) {
      return true;
    }
  }
  return false;
}

/** Joins and normalises; `..` beyond the root stays at the root. */
export function joinPath(...parts: string[]): string {
  const result: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '..') {
      result.pop();
    } else if (part !== '' && part !== '.') {
      result.push(part);
    }
  }
  return result.join('/');
}
