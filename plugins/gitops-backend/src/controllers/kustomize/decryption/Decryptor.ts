import { SopsKeyService } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { decryptDocument } from '../../../secrets/sops/decryptDocument';
import { openDataKey } from '../../../secrets/sops/openDataKey';
import { readDocument } from '../../../secrets/sops/readDocument';
import { SopsFormat } from '../../../secrets/sops/SopsDocument';
import { SopsError } from '../../../secrets/sops/SopsError';
import { rememberKeys } from './rememberKeys';

/** Larger files are refused (Flux 2.9). */
const MAX_BYTES = 5 * 1024 * 1024;

/** Opens what SOPS encrypted, with the keys of one delivery. To be closed. */
export class Decryptor {
  private readonly services: readonly SopsKeyService[];
  private readonly signal: AbortSignal;
  private readonly release: () => void;

  constructor(options: {
    services: readonly SopsKeyService[];
    signal: AbortSignal;
    /** Lets go of what the services ask by. */
    close: () => void;
  }) {
    this.services = options.services.map(rememberKeys);
    this.signal = options.signal;
    this.release = options.close;
  }

  close(): void {
    this.release();
  }

  /**
   * @param where - for messages
   * @returns the content in plain, and whether its MAC holds
   * @throws SopsError
   */
  async decrypt(
    content: Buffer,
    options: { format: SopsFormat; output: SopsFormat; where: string },
  ): Promise<{ content: Buffer; isWhole: boolean }> {
    const { format, output, where } = options;
    try {
      if (content.length > MAX_BYTES) {
        throw new SopsError(
          'SOPS_FORMAT',
          `it has ${content.length} bytes, more than the ${MAX_BYTES} that an encrypted file may have`,
        );
      }
      const document = readDocument(content, format);
      const key = await openDataKey(document.metadata, this.services, {
        signal: this.signal,
      });
      const { isWhole } = decryptDocument(document, key);
      return { content: document.write(output), isWhole };
    } catch (error) {
      assertError(error);
      this.signal.throwIfAborted();
      throw new SopsError(
        error instanceof SopsError ? error.code : 'SOPS_FORMAT',
        `cannot decrypt ${where}: ${error.message}`,
      );
    }
  }
}
