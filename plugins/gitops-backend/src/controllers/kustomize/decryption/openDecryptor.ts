import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { AgeKeyService } from '../../../secrets/sops/AgeKeyService';
import { PgpKeyService } from '../../../secrets/sops/PgpKeyService';
import { SopsError } from '../../../secrets/sops/SopsError';
import { Decryptor } from './Decryptor';

/**
 * Reads the keys of `spec.decryption.secretRef`: `*.agekey` and `*.asc`
 * (Flux 2.9).
 *
 * @throws SopsError
 */
export async function openDecryptor(options: {
  home: Home;
  object: Kustomization;
  signal: AbortSignal;
}): Promise<Decryptor> {
  const { home, object, signal } = options;
  const age = new AgeKeyService();
  const pgp = new PgpKeyService();
  const name = object.spec.decryption?.secretRef?.name;
  if (name) {
    const { namespace = 'default' } = object.metadata;
    const secret = (await home.read(
      { apiVersion: 'v1', kind: 'Secret', namespace, name },
      { signal },
    )) as KubernetesObject | undefined;
    if (!secret) {
      throw new SopsError(
        'SOPS_KEY',
        `Secret ${namespace}/${name} not found; create it or correct spec.decryption.secretRef`,
      );
    }
    for (const [key, value] of Object.entries(secret.data ?? {})) {
      const text = Buffer.from(String(value), 'base64').toString('utf8');
      const where = `key '${key}' of Secret ${namespace}/${name}`;
      if (key.endsWith('.agekey')) {
        age.add(text, where);
      } else if (key.endsWith('.asc')) {
        await pgp.add(text, where);
      }
    }
  }
  return new Decryptor({ services: [age, pgp], signal });
}
