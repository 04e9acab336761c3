import {
  Artifact,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { ArchiveFiles } from '../../artifacts/readArchive';
import { SopsError } from '../../secrets/sops/SopsError';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { BuiltManifests, digestOf } from './buildManifests';
import { Decryptor } from './decryption/Decryptor';
import { checkDecrypted, decryptObjects } from './decryption/decryptObjects';
import { decryptSources } from './decryption/decryptSources';
import { KeyServices, openDecryptor } from './decryption/openDecryptor';
import { joinPath } from './generateKustomization';
import { loadVariables } from './substitution/loadVariables';
import {
  substituteObjects,
  Substitution,
} from './substitution/substituteObjects';

/** Builds the manifests of a delivery, here or in a worker. */
export type Build = (options: {
  artifact: Pick<Artifact, 'digest'>;
  files: ArchiveFiles;
  object: Kustomization;
  /** Undefined where nothing is substituted. */
  substitution?: Substitution;
  signal: AbortSignal;
}) => Promise<BuiltManifests>;

/** How deliveries are built. */
export interface BuildSettings {
  build: Build;
  /** A variable without value and default is an error, not nothing. */
  strictSubstitution: boolean;
  /** A file that was changed after it was encrypted fails the build. */
  strictMac: boolean;
  /** Those of clouds, for encrypted files. */
  keyServices: KeyServices;
}

/** What a delivery is built of. */
interface DeliverySource {
  artifact: Artifact;
  files: ArchiveFiles;
  signal: AbortSignal;
}

/**
 * The objects that a Kustomization is to apply: built, in plain, with values in
 * the place of variables. What is decrypted is in memory only, and nothing of it
 * is given to a thread but the files that a build reads.
 */
export async function buildDelivery(
  run: ReconcileRun<Kustomization>,
  source: DeliverySource,
  settings: BuildSettings,
): Promise<BuiltManifests> {
  const { object, home } = run;
  const { signal } = source;
  const substitution = await substitutionOf(run, settings);
  if (!object.spec.decryption) {
    const built = await settings.build({
      ...{ ...source, object, substitution, signal },
    });
    checkDecrypted(built.objects);
    return built;
  }
  const { keyServices } = settings;
  const decryptor = await openDecryptor({ home, object, keyServices, signal });
  try {
    return await buildEncrypted(
      decryptor,
      object,
      source,
      settings,
      substitution,
    );
  } finally {
    decryptor.close();
  }
}

async function buildEncrypted(
  decryptor: Decryptor,
  object: Kustomization,
  source: DeliverySource,
  settings: BuildSettings,
  substitution: Substitution | undefined,
): Promise<BuiltManifests> {
  const { signal } = source;
  const { files, digest, changed } = await decryptSources(
    source.files,
    joinPath(object.spec.path ?? ''),
    decryptor,
  );
  if (changed.length > 0 && settings.strictMac) {
    throw new SopsError('SOPS_MAC', wasChanged(changed));
  }
  const built = await settings.build({
    // What was built of other plain text is another build.
    artifact: { digest: `${source.artifact.digest} ${digest ?? ''}` },
    ...{ files, object, signal },
  });
  const plain = await decryptObjects(built.objects, decryptor);
  checkDecrypted(plain);
  const objects = substitution ? substituteObjects(plain, substitution) : plain;
  return {
    objects,
    digest: digestOf(objects),
    warnings: changed.length
      ? [...built.warnings, wasChanged(changed)]
      : built.warnings,
  };
}

function wasChanged(files: readonly string[]): string {
  return `values were changed, added or taken away since sops encrypted ${files.join(', ')}: the MAC is that of other values; encrypt again with sops, or see who changed it`;
}

async function substitutionOf(
  { home, object, signal }: ReconcileRun<Kustomization>,
  { strictSubstitution }: BuildSettings,
): Promise<Substitution | undefined> {
  if (!object.spec.postBuild) {
    return undefined;
  }
  const variables = await loadVariables({ home, object, signal });
  const always = object.spec.postBuild.substituteStrategy === 'Always';
  return variables.size > 0 || always
    ? { variables, strict: strictSubstitution }
    : undefined;
}
