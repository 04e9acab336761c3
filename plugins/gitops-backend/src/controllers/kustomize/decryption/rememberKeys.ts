import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { SopsKeyService } from '@backstage-gitops/plugin-gitops-node';

/**
 * Asks a service once for each data key: of a delivery, files are opened before the
 * build and their objects after it. The keys are forgotten with the delivery.
 */
export function rememberKeys(service: SopsKeyService): SopsKeyService {
  const known = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    type: service.type,
    decrypt: (key, options) => {
      const { created_at: _, ...fields } = key.fields;
      const id = stringifyJson([key.enc, fields]);
      let opened = known.get(id);
      if (!opened) {
        opened = service.decrypt(key, options);
        known.set(id, opened);
      }
      return opened;
    },
  };
}
