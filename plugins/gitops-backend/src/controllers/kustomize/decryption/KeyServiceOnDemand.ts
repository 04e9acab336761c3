import {
  SopsKeyService,
  SopsKeyType,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';

/** The key service of a cloud, opened when a file first names a key of it. */
export class KeyServiceOnDemand implements SopsKeyService {
  readonly type: SopsKeyType;
  private readonly open: () => Promise<SopsKeyService>;
  private opened: Promise<SopsKeyService> | undefined;

  constructor(options: {
    type: SopsKeyType;
    open: () => Promise<SopsKeyService>;
  }) {
    this.type = options.type;
    this.open = options.open;
  }

  async decrypt(
    key: SopsMasterKey,
    options: { signal: AbortSignal },
  ): Promise<Uint8Array | undefined> {
    this.opened ??= this.open();
    return (await this.opened).decrypt(key, options);
  }
}
