import { HttpConnections } from '@backstage-gitops/plugin-gitops-node';
import { IntegrationCredentials } from '../../../integrations/IntegrationCredentials';
import {
  PullRequestKeeper,
  PullRequestScope,
  WantedPullRequest,
} from '../automation/tendPullRequest';
import { fitText } from './fitText';
import { HostApi } from './HostApi';
import { openHost } from './openHost';
import { PullRequestError } from './PullRequestError';
import { OpenPullRequest, PullRequestHost } from './PullRequestHost';
import { refusalOf } from './refusalOf';
import { textDigest, writeOwnText } from './ownText';
import { updatePullRequest } from './updatePullRequest';

/** A pull request that is open. */
export interface PullRequest {
  /** For people. */
  url: string;
  /** As the host numbers them. */
  id: string;
}

type Place = Pick<WantedPullRequest, 'repositoryUrl' | 'head' | 'base'>;

const TIMEOUT_MS = 30_000;
const CLOSED =
  'Closed: nothing is left to change, the images are as their policies want them.';

/** Keeps pull requests at the hosts that `gitops.integrations` grants. */
export class PullRequests implements PullRequestKeeper {
  private readonly integrations: Pick<IntegrationCredentials, 'apiFor'>;
  private readonly connections: HttpConnections;
  private readonly now: () => number;
  private readonly timeoutMs: number;

  constructor(options: {
    integrations: Pick<IntegrationCredentials, 'apiFor'>;
    connections: HttpConnections;
    /** Milliseconds since the epoch. */
    now?: () => number;
    /** For one request. Default 30 s. */
    timeoutMs?: number;
  }) {
    this.integrations = options.integrations;
    this.connections = options.connections;
    this.now = options.now ?? Date.now;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * Opens it, or brings the open one of the two branches up to date. What people
   * changed of title, body and labels stays, and so does all of one that they opened.
   *
   * @throws PullRequestError
   */
  async ensure(
    wanted: WantedPullRequest,
    scope: PullRequestScope,
  ): Promise<{
    pullRequest: PullRequest;
    change: 'opened' | 'updated' | 'unchanged';
  }> {
    return this.with(wanted, scope, async host => {
      const fitting = fitText(wanted, host.limits);
      const { head, base } = wanted;
      let found = await host.find({ head, base });
      let opened: OpenPullRequest | undefined;
      if (!found) {
        const { title, body } = fitting;
        const own = { title: textDigest(title), body: textDigest(body) };
        opened = await host.open({
          ...{ head, base, title },
          // Labels follow, and are noted when they are there.
          body: writeOwnText(body, { ...own, labels: [] }),
        });
        // Somebody else may have been faster.
        found = opened ?? (await host.find({ head, base }));
      }
      if (!found) {
        throw new PullRequestError(
          'PULL_REQUEST_REFUSED',
          `the host says that a pull request from ${head} into ${base} exists, and lists none; look there for one from a fork, or from another branch`,
        );
      }
      const isUpdated = await this.update(host, found, fitting, wanted);
      const changed = isUpdated ? 'updated' : 'unchanged';
      return {
        pullRequest: { id: found.id, url: webAddress(found.url) },
        change: opened ? 'opened' : changed,
      };
    });
  }

  /**
   * Closes the open one of the two branches with a comment that says why.
   *
   * @returns undefined where none is open
   * @throws PullRequestError
   */
  async close(
    place: Place,
    scope: PullRequestScope,
  ): Promise<PullRequest | undefined> {
    return this.with(place, scope, async host => {
      const found = await host.find(place);
      if (!found) {
        return undefined;
      }
      await host.close(found, CLOSED);
      return { id: found.id, url: webAddress(found.url) };
    });
  }

  private async update(
    host: PullRequestHost,
    found: OpenPullRequest,
    fitting: ReturnType<typeof fitText>,
    place: Place,
  ): Promise<boolean> {
    try {
      return await updatePullRequest(host, found, fitting);
    } catch (error) {
      const isRefused =
        error instanceof PullRequestError &&
        error.code === 'PULL_REQUEST_REFUSED';
      if (isRefused && !(await host.find(place))) {
        throw new PullRequestError(
          'PULL_REQUEST_ALREADY_MERGED',
          `pull request ${found.id} from ${place.head} was merged or closed meanwhile; what is left to change is proposed at the next run`,
        );
      }
      throw error;
    }
  }

  private async with<T>(
    { repositoryUrl }: Place,
    { home, namespace, signal }: PullRequestScope,
    work: (host: PullRequestHost) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const granted = await this.integrations.apiFor({
      ...{ home, namespace, url: repositoryUrl },
    });
    if ('refused' in granted) {
      throw refusalOf(granted, namespace);
    }
    const client = this.connections.open();
    const { authorization, url } = granted;
    const { now, timeoutMs } = this;
    try {
      const open = (baseUrl: string) =>
        new HostApi({
          ...{ client, baseUrl, authorization, signal, now, timeoutMs },
        });
      return await work(openHost(url, granted, open));
    } finally {
      client.release();
    }
  }
}

/** It becomes a link: what a host says is not taken as it is. */
function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : '';
}
