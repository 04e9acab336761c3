import { HostApi } from '../HostApi';
import { at, listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';
import { PullRequestError } from '../PullRequestError';

const PAGE = 50;
const MOST_PAGES = 40;
/** Of a label that is made: grey. */
const COLOR = '#808080';

/** Gitea and Forgejo (API v1). Labels have ids; those that are not there are made. */
export class GiteaPullRequests implements PullRequestHost {
  readonly limits = { title: 255, body: 60_000, labels: true };
  private readonly api: HostApi;
  private readonly owner: string;
  private readonly path: string;

  /** @param repository - encoded owner and name */
  constructor(api: HostApi, [owner, name]: readonly string[]) {
    this.api = api;
    this.owner = owner;
    this.path = `/repos/${owner}/${name}`;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    const found = await this.search(
      `${this.path}/pulls`,
      { state: 'open' },
      each =>
        textAt(each, 'head', 'ref') === head &&
        textAt(each, 'base', 'ref') === base &&
        at(each, 'head', 'repo_id') === at(each, 'base', 'repo_id'),
    );
    return found === undefined ? undefined : read(found);
  }

  async open({
    head,
    base,
    title,
    body,
  }: Branches & PullRequestText): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.tryAsk({
      ...{ method: 'POST', path: `${this.path}/pulls` },
      body: { head, base, title, body },
    });
    if (answer.status === 409) {
      return undefined;
    }
    if (answer.status >= 400) {
      throw this.api.errorOf(answer);
    }
    return read(answer.body);
  }

  async edit({ id }: OpenPullRequest, text: PullRequestText): Promise<void> {
    await this.api.ask({
      ...{ method: 'PATCH', path: `${this.path}/pulls/${id}` },
      body: { title: text.title, body: text.body },
    });
  }

  async relabel(
    { id }: OpenPullRequest,
    { add, remove }: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    const path = `${this.path}/issues/${id}/labels`;
    const labels: number[] = [];
    for (const name of add) {
      labels.push((await this.labelId(name)) ?? (await this.makeLabel(name)));
    }
    if (labels.length > 0) {
      await this.api.ask({ method: 'POST', path, body: { labels } });
    }
    for (const name of remove) {
      const label = await this.labelId(name);
      if (label !== undefined) {
        await this.api.ask({ method: 'DELETE', path: `${path}/${label}` });
      }
    }
  }

  async close({ id }: OpenPullRequest, comment: string): Promise<void> {
    await this.api.ask({
      ...{ method: 'PATCH', path: `${this.path}/pulls/${id}` },
      body: { state: 'closed' },
    });
    await this.api.ask({
      ...{ method: 'POST', path: `${this.path}/issues/${id}/comments` },
      body: { body: comment },
    });
  }

  /** A label of the repository, or of the organization that owns it. */
  private async labelId(name: string): Promise<number | undefined> {
    const isIt = (each: unknown) =>
      textAt(each, 'name').toLowerCase() === name.toLowerCase();
    const found =
      (await this.search(`${this.path}/labels`, {}, isIt)) ??
      (await this.search(`/orgs/${this.owner}/labels`, {}, isIt));
    const id = at(found, 'id');
    return typeof id === 'number' ? id : undefined;
  }

  private async makeLabel(name: string): Promise<number> {
    const made = await this.api.ask({
      ...{ method: 'POST', path: `${this.path}/labels` },
      body: { name, color: COLOR },
    });
    return Number(at(made, 'id'));
  }

  /** Gives undefined where there is no such list: users have no labels. */
  private async search(
    path: string,
    query: Record<string, string>,
    isIt: (each: unknown) => boolean,
  ): Promise<unknown> {
    for (let page = 1; page <= MOST_PAGES; page++) {
      const answer = await this.api.tryAsk({
        ...{ path, query: { ...query, page: `${page}`, limit: `${PAGE}` } },
      });
      if (answer.status === 404 && path.startsWith('/orgs/')) {
        return undefined;
      }
      if (answer.status >= 400) {
        throw this.api.errorOf(answer);
      }
      // Servers may allow less on a page than was asked for.
      const list = listAt(answer.body);
      const found = list.find(isIt);
      if (found !== undefined || list.length === 0) {
        return found;
      }
    }
    throw new PullRequestError(
      'PULL_REQUEST_REFUSED',
      `more than ${MOST_PAGES} pages were listed without an end; close pull requests that nobody needs, or remove labels`,
    );
  }
}

function read(answer: unknown): OpenPullRequest {
  return {
    id: textAt(answer, 'number'),
    url: textAt(answer, 'html_url'),
    title: textAt(answer, 'title'),
    body: textAt(answer, 'body'),
    labels: listAt(answer, 'labels').map(each => textAt(each, 'name')),
  };
}
