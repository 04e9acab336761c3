import { HostApi } from '../HostApi';
import { at, listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';

const HEADERS = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
};

/** GitHub and GitHub Enterprise (REST API 2022-11-28). It makes labels that are not there. */
export class GithubPullRequests implements PullRequestHost {
  readonly limits = { title: 256, body: 65_536, labels: true };
  private readonly api: HostApi;
  private readonly owner: string;
  private readonly path: string;

  /** @param repository - encoded owner and name */
  constructor(api: HostApi, [owner, name]: readonly string[]) {
    this.api = api;
    this.owner = decodeURIComponent(owner);
    this.path = `/repos/${owner}/${name}`;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.ask({
      ...{ path: `${this.path}/pulls`, headers: HEADERS },
      query: { state: 'open', head: `${this.owner}:${head}`, base },
    });
    const found = listAt(answer).find(
      each =>
        textAt(each, 'head', 'ref') === head &&
        textAt(each, 'base', 'ref') === base &&
        at(each, 'head', 'repo', 'id') === at(each, 'base', 'repo', 'id'),
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
      ...{ method: 'POST', path: `${this.path}/pulls`, headers: HEADERS },
      body: { title, body, head, base },
    });
    if (answer.status === 422 && /already exists/i.test(answer.words)) {
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
      ...{ headers: HEADERS, body: { title: text.title, body: text.body } },
    });
  }

  async relabel(
    { id }: OpenPullRequest,
    { add, remove }: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    const path = `${this.path}/issues/${id}/labels`;
    if (add.length > 0) {
      await this.api.ask({
        ...{ method: 'POST', path, headers: HEADERS, body: { labels: add } },
      });
    }
    for (const name of remove) {
      await this.api.ask({
        ...{ method: 'DELETE', path: `${path}/${encodeURIComponent(name)}` },
        headers: HEADERS,
      });
    }
  }

  async close({ id }: OpenPullRequest, comment: string): Promise<void> {
    await this.api.ask({
      ...{ method: 'PATCH', path: `${this.path}/pulls/${id}` },
      ...{ headers: HEADERS, body: { state: 'closed' } },
    });
    await this.api.ask({
      ...{ method: 'POST', path: `${this.path}/issues/${id}/comments` },
      ...{ headers: HEADERS, body: { body: comment } },
    });
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
