import { decrypt, PrivateKey, readMessage, readPrivateKeys } from 'openpgp';
import {
  SopsKeyService,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { SopsError } from './SopsError';

/** Opens data keys by OpenPGP, with private keys that have no passphrase. */
export class PgpKeyService implements SopsKeyService {
  readonly type = 'pgp';
  private readonly keys: PrivateKey[] = [];

  /**
   * Takes over the private keys of an armored file.
   *
   * @param where - for messages
   * @throws SopsError
   */
  async add(armored: string, where: string): Promise<void> {
    let keys: PrivateKey[];
    try {
      keys = await readPrivateKeys({ armoredKeys: armored });
    } catch (error) {
      throw new SopsError(
        'SOPS_KEY',
        `${where} holds no private key of OpenPGP in ASCII armor`,
        error,
      );
    }
    if (keys.some(key => !key.isDecrypted())) {
      throw new SopsError(
        'SOPS_KEY',
        `${where} holds a private key with a passphrase; export it without one`,
      );
    }
    this.keys.push(...keys);
  }

  async decrypt({ enc }: SopsMasterKey): Promise<Uint8Array | undefined> {
    const message = await readMessage({ armoredMessage: enc });
    const wanted = new Set(message.getEncryptionKeyIDs().map(id => id.toHex()));
    const able = this.keys.filter(key =>
      key.getKeyIDs().some(id => wanted.has(id.toHex())),
    );
    if (able.length === 0) {
      return undefined;
    }
    const { data } = await decrypt({
      message,
      decryptionKeys: able,
      format: 'binary',
      // Old keys have expired and still open what they were used for.
      config: { allowInsecureDecryptionWithSigningKeys: true },
    });
    return data as Uint8Array;
  }
}
