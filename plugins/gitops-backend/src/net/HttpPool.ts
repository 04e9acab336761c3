import { createHash } from 'node:crypto';
import {
  ConnectionSettings,
  HttpClient,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { Dispatcher } from 'undici';
import { createDispatcher } from './createDispatcher';
import { NetworkGuard } from './NetworkGuard';
import { sendRequest } from './sendRequest';

interface Shared {
  dispatcher: Dispatcher;
  users: number;
}

/** Kinds of connection that are kept open although nobody uses them. */
const IDLE = 32;

/**
 * The HTTP connections of the process. Clients with the same settings share
 * sockets; those of other settings (another CA, another proxy) never do.
 */
export class HttpPool implements HttpConnections {
  private readonly guard: NetworkGuard;
  /** By a digest, so that no credential is kept as a key. Last used last. */
  private readonly shared = new Map<string, Shared>();

  constructor(options: { guard: NetworkGuard }) {
    this.guard = options.guard;
  }

  open(settings: ConnectionSettings = {}): HttpClient {
    const key = digestOf(settings);
    let entry = this.shared.get(key);
    if (entry) {
      this.shared.delete(key);
    } else {
      entry = {
        dispatcher: createDispatcher(settings, this.guard),
        users: 0,
      };
    }
    this.shared.set(key, entry);
    entry.users += 1;
    const { dispatcher } = entry;
    let released = false;
    return {
      dispatcher,
      request: (url, request) => sendRequest(dispatcher, url, request),
      release: () => {
        if (!released) {
          released = true;
          entry.users -= 1;
          this.closeIdle();
        }
      },
    };
  }

  /** Ends every connection; what is under way fails. */
  async close(): Promise<void> {
    const all = [...this.shared.values()];
    this.shared.clear();
    await Promise.all(all.map(({ dispatcher }) => dispatcher.destroy()));
  }

  private closeIdle(): void {
    const idle = [...this.shared].filter(([, { users }]) => users === 0);
    for (const [key, { dispatcher }] of idle.slice(0, -IDLE)) {
      this.shared.delete(key);
      dispatcher.destroy().catch(() => {});
    }
  }
}

function digestOf({ tls = {}, proxy }: ConnectionSettings): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        [tls.ca, tls.certificate, tls.privateKey, tls.insecureSkipVerify],
        proxy && [proxy.address, proxy.username, proxy.password],
      ]),
    )
    .digest('hex');
}
