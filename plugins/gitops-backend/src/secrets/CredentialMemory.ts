import { CloudServiceAccount } from '@backstage-gitops/plugin-gitops-node';
import { memoryKey } from './memoryKey';

/** Identities that one portal uses at a time. */
const MOST = 500;
/** Credentials are not used to their very end. */
const MARGIN_MS = 60_000;

/** Credentials that do not last, kept as long as they do. */
export class CredentialMemory<T> {
  private readonly known = new Map<string, { value: T; until: number }>();

  /**
   * The one that hangs on `parts`, or what `ask` brings.
   *
   * @param parts - the home, the identity, the way to the cloud, and what it is for;
   * they are kept as a digest
   * @param ask - `expiresAt` in milliseconds since the epoch; without, it is not kept
   */
  async get(
    parts: readonly unknown[],
    now: () => number,
    ask: () => Promise<{ value: T; expiresAt?: number }>,
  ): Promise<T> {
    const key = memoryKey(parts);
    const known = this.known.get(key);
    if (known && known.until > now()) {
      return known.value;
    }
    const { value, expiresAt } = await ask();
    this.known.delete(key);
    if (expiresAt !== undefined) {
      this.known.set(key, { value, until: expiresAt - MARGIN_MS });
      if (this.known.size > MOST) {
        this.known.delete(this.known.keys().next().value!);
      }
    }
    return value;
  }
}

/** What tells identities of one home from each other. */
export function identityOf(
  account: CloudServiceAccount | undefined,
): readonly unknown[] {
  return account
    ? [account.namespace, account.name, account.annotations]
    : ['portal'];
}
