import { Challenge } from './challenge';

interface Remembered<T> {
  value: T;
  until: number;
}

/** More tokens than a portal uses at one time. */
const MOST = 2_000;
/** How long a registry is taken to want the same as before. */
const CHALLENGE_MS = 300_000;

/**
 * What clients of one process learned of registries: how each wants to be asked,
 * and the tokens that were given out. Nothing is shared between connections of
 * different settings: what somebody else's proxy answered counts for him only.
 * Credentials are part of keys as digests.
 */
export class RegistryMemory {
  private readonly now: () => number;
  private readonly challenges = new Map<string, Remembered<Challenge>>();
  private readonly origins = new Map<string, Remembered<string>>();
  private readonly tokens = new Map<string, Remembered<string>>();
  private readonly asked = new Map<string, Promise<string>>();

  constructor(options: { now?: () => number } = {}) {
    this.now = options.now ?? Date.now;
  }

  challenge(key: string): Challenge | undefined {
    return this.recall(this.challenges, key);
  }

  keepChallenge(key: string, challenge: Challenge): void {
    this.keep(this.challenges, key, challenge, CHALLENGE_MS);
  }

  /** Where a registry is found that may speak http or https. */
  origin(key: string): string | undefined {
    return this.recall(this.origins, key);
  }

  keepOrigin(key: string, origin: string): void {
    this.keep(this.origins, key, origin, CHALLENGE_MS);
  }

  token(key: string): string | undefined {
    return this.recall(this.tokens, key);
  }

  forgetToken(key: string): void {
    this.tokens.delete(key);
  }

  /** Whoever asks for a token that is asked for already waits for that one. */
  async askToken(
    key: string,
    ask: () => Promise<{ token: string; lifetimeMs: number }>,
  ): Promise<string> {
    // What another asks for may end with its time, which is not ours.
    const known =
      this.token(key) ?? (await this.asked.get(key)?.catch(() => undefined));
    if (known !== undefined) {
      return known;
    }
    const asking = ask().then(({ token, lifetimeMs }) => {
      this.keep(this.tokens, key, token, lifetimeMs);
      return token;
    });
    this.asked.set(key, asking);
    try {
      return await asking;
    } finally {
      if (this.asked.get(key) === asking) {
        this.asked.delete(key);
      }
    }
  }

  private recall<T>(
    memory: Map<string, Remembered<T>>,
    key: string,
  ): T | undefined {
    const found = memory.get(key);
    return found && found.until > this.now() ? found.value : undefined;
  }

  private keep<T>(
    memory: Map<string, Remembered<T>>,
    key: string,
    value: T,
    forMs: number,
  ): void {
    memory.delete(key);
    memory.set(key, { value, until: this.now() + forMs });
    if (memory.size > MOST) {
      memory.delete(memory.keys().next().value!);
    }
  }
}
