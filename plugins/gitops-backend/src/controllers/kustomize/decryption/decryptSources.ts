import { createHash } from 'node:crypto';
import { isJsonObject, parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { ArchiveFiles } from '../../../artifacts/readArchive';
import { formatOf, isEncrypted } from '../../../secrets/sops/readDocument';
import { SopsFormat } from '../../../secrets/sops/SopsDocument';
import { joinPath, KUSTOMIZATION_FILES } from '../generateKustomization';
import { Decryptor } from './Decryptor';

/** What a build is made of, in plain. */
export interface DecryptedSources {
  files: ArchiveFiles;
  /** Of all that is in plain now; undefined where nothing is. */
  digest: string | undefined;
  /** Files whose values are not those that were encrypted. */
  changed: string[];
}

/**
 * Decrypts the files that secret generators and patches read, in the
 * kustomization of a directory and all that it refers to (Flux 2.9). Encrypted
 * manifests stay as they are, since their objects are decrypted after the build;
 * that they are whole is looked at here, where they are untouched.
 *
 * @throws SopsError that names the file
 */
export async function decryptSources(
  files: ArchiveFiles,
  directory: string,
  decryptor: Decryptor,
): Promise<DecryptedSources> {
  const decrypted = new Map<string, Buffer>();
  const changed: string[] = [];
  const seen = new Set<string>();
  const decrypt = async (path: string, format: SopsFormat, keep: boolean) => {
    const content = files.get(path);
    if (!content || seen.has(path) || !isEncrypted(content, format)) {
      return;
    }
    seen.add(path);
    const plain = await decryptor.decrypt(content, {
      ...{ format, output: format },
      where: path,
    });
    if (!plain.isWhole) {
      changed.push(path);
    }
    if (keep) {
      decrypted.set(path, plain.content);
    }
  };
  const pending = [directory];
  const visited = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const kustomization = visited.has(next)
      ? undefined
      : readKustomization(files, next);
    visited.add(next);
    if (next === directory && !kustomization) {
      // All manifests below are delivered, and overlays among them.
      const below = scanned(files, directory);
      pending.push(...below.overlays);
      for (const path of below.manifests) {
        await decrypt(path, 'yaml', false);
      }
    }
    for (const { path, format } of generated(kustomization)) {
      await decrypt(joinPath(next, path), format, true);
    }
    for (const path of referred(kustomization)) {
      const target = joinPath(next, path);
      if (files.has(target)) {
        await decrypt(target, 'yaml', false);
      } else {
        pending.push(target);
      }
    }
  }
  if (decrypted.size === 0) {
    return { files, digest: undefined, changed };
  }
  const hash = createHash('sha256');
  for (const [path, content] of decrypted) {
    hash.update(`${path.length}:${path}${content.length}:`).update(content);
  }
  return {
    files: new Map([...files, ...decrypted]),
    digest: hash.digest('hex'),
    changed,
  };
}

/** What cannot be read is left to the build, which says so. */
function readKustomization(
  files: ArchiveFiles,
  directory: string,
): Record<string, unknown> | undefined {
  for (const name of KUSTOMIZATION_FILES) {
    const content = files.get(joinPath(directory, name));
    if (content) {
      try {
        const value = parseYaml(content.toString('utf8'));
        return isJsonObject(value) ? value : undefined;
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}

function scanned(files: ArchiveFiles, directory: string) {
  const prefix = directory === '' ? '' : `${directory}/`;
  const below = [...files.keys()].filter(path => path.startsWith(prefix));
  return {
    overlays: below
      .filter(path =>
        KUSTOMIZATION_FILES.some(name => path.endsWith(`/${name}`)),
      )
      .map(path => path.slice(0, path.lastIndexOf('/'))),
    manifests: below.filter(path => /\.ya?ml$/.test(path)),
  };
}

function* generated(
  kustomization: Record<string, unknown> | undefined,
): Iterable<{ path: string; format: SopsFormat }> {
  for (const generator of listOf(kustomization?.secretGenerator)) {
    if (isJsonObject(generator)) {
      for (const entry of texts(generator.files)) {
        const [key, path = key] = split(entry);
        yield { path, format: formatOf(key) };
      }
      for (const path of texts([...listOf(generator.envs), generator.env])) {
        const format = formatOf(path);
        yield { path, format: format === 'binary' ? 'dotenv' : format };
      }
    }
  }
  for (const patch of listOf(kustomization?.patches)) {
    if (isJsonObject(patch) && typeof patch.path === 'string') {
      yield { path: patch.path, format: formatOf(patch.path) };
    }
  }
}

function referred(kustomization: Record<string, unknown> | undefined) {
  return texts([
    ...listOf(kustomization?.resources),
    ...listOf(kustomization?.components),
    ...listOf(kustomization?.bases),
  ]);
}

/** `key=path` or a path alone. */
function split(entry: string): [string, string | undefined] {
  const equals = entry.indexOf('=');
  return equals < 0
    ? [entry, undefined]
    : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): string[] {
  return listOf(value).filter(each => typeof each === 'string');
}
