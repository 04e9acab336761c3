import { armor, Decrypter } from 'age-encryption';
import {
  SopsKeyService,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { SopsError } from './SopsError';

const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/;

/** Opens data keys by age: X25519 identities and those that resist quantum computers. */
export class AgeKeyService implements SopsKeyService {
  readonly type = 'age';
  private readonly identities: string[] = [];

  /**
   * Takes over the identities of a key file: one a line, between comments.
   *
   * @param where - for messages
   * @throws SopsError
   */
  add(keyFile: string, where: string): void {
    for (const [i, line] of keyFile.split('\n').entries()) {
      const text = line.trim();
      if (text === '' || text.startsWith('#')) {
        continue;
      }
      if (!IDENTITY.test(text)) {
        throw new SopsError(
          'SOPS_KEY',
          `${where}: line ${i + 1} is no age identity; it must begin with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1`,
        );
      }
      this.identities.push(text);
    }
  }

  async decrypt({ enc }: SopsMasterKey): Promise<Uint8Array | undefined> {
    const decrypter = new Decrypter();
    for (const identity of this.identities) {
      decrypter.addIdentity(identity);
    }
    try {
      return await decrypter.decrypt(armor.decode(enc.trim()), 'uint8array');
    } catch (error) {
      if (/no identity matched/i.test(String(error))) {
        return undefined;
      }
      throw new SopsError('SOPS_KEY', 'the data key is no file of age', error);
    }
  }
}
