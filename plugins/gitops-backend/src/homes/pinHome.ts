import { Knex } from 'knex';
import { LoggerService } from '@backstage/backend-plugin-api';
import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Row } from '../database/rows';
import { Home } from './Home';

const TABLE = 'gitops_home_pins';

/** That a home is another cluster than it was. */
export interface ReplacedCluster {
  /** UID of the namespace kube-system of the cluster that it was. */
  was: string;
  /** That of the cluster which answers now; undefined where it cannot be seen. */
  is?: string;
}

/**
 * Knows which cluster each home is, by the UID of its namespace `kube-system`:
 * the configured one (`clusterUid`), else the one that was seen first. Another
 * cluster behind the same name is no reason to delete anything in it, so prunes
 * are held there until the configuration names it.
 */
export class HomePins {
  private readonly database: Knex;
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private readonly told = new Map<string, string>();

  constructor(options: {
    database: Knex;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.database = options.database;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  /**
   * Looks which cluster answers, and keeps in the home what came of it. Undefined
   * where it is the one that it was, or where nobody has ever been able to see
   * which one it is.
   *
   * @throws ClusterError where it does not answer
   */
  async check(home: Home): Promise<ReplacedCluster | undefined> {
    const is = await clusterUidOf(home);
    const was = await this.expected(home, is);
    const replaced = was === undefined || was === is ? undefined : { was, is };
    home.setReplaced(replaced);
    this.tell(home, was, replaced);
    return replaced;
  }

  private async expected(
    home: Home,
    is: string | undefined,
  ): Promise<string | undefined> {
    if (home.clusterUid) {
      if (home.clusterUid === is) {
        await this.write(home, is).merge();
      }
      return home.clusterUid;
    }
    if (is) {
      // Another replica may be as quick; the first one counts.
      await this.write(home, is).ignore();
    }
    return this.pinned(home);
  }

  /** The UID that a home must have, as far as anybody has seen it. */
  async pinned(home: Home): Promise<string | undefined> {
    if (home.clusterUid) {
      return home.clusterUid;
    }
    const row: Row | undefined = await this.database(TABLE)
      .where({ home: home.name })
      .first();
    return row && String(row.cluster_uid);
  }

  private write(home: Home, uid: string) {
    return this.database(TABLE)
      .insert({ home: home.name, cluster_uid: uid, pinned_at: this.now() })
      .onConflict('home');
  }

  private tell(
    home: Home,
    was: string | undefined,
    replaced: ReplacedCluster | undefined,
  ): void {
    let message = '';
    if (replaced) {
      message = describeReplaced(home.name, replaced);
    } else if (was === undefined) {
      message = `Which cluster the home ${home.name} is cannot be seen; let the portal's credential get the namespace kube-system, or nobody notices when it is replaced`;
    }
    if (message && this.told.get(home.name) !== message) {
      this.logger.warn(message);
    }
    this.told.set(home.name, message);
  }
}

/** What happened, and how to go on. */
export function describeReplaced(
  home: string,
  { was, is }: ReplacedCluster,
): string {
  return is
    ? `The home ${home} is another cluster now: its namespace kube-system has the UID ${is} and had ${was}; nothing is pruned there until clusterUid of the home in app-config is ${is}`
    : `Whether the home ${home} still is the cluster with the UID ${was} cannot be seen; nothing is pruned there until the portal's credential may get the namespace kube-system`;
}

/** Undefined where the portal may not see it. */
async function clusterUidOf(home: Home): Promise<string | undefined> {
  try {
    const namespace = await home.client.get<KubernetesObject>(
      { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' },
      { metadataOnly: true },
    );
    return namespace?.metadata.uid;
  } catch (error) {
    if (error instanceof KubernetesApiError && error.code === 'forbidden') {
      return undefined;
    }
    throw error;
  }
}
