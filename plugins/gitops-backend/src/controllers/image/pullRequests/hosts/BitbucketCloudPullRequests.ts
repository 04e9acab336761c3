import { HostApi } from '../HostApi';
import { listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';

/** Bitbucket Cloud (API 2.0). Its pull requests have no labels. */
export class BitbucketCloudPullRequests implements PullRequestHost {
  readonly limits = { title: 255, body: 32_768, labels: false };
  private readonly api: HostApi;
  private readonly path: string;

  /** @param repository - encoded workspace and name */
  constructor(api: HostApi, [workspace, name]: readonly string[]) {
    this.api = api;
    this.path = `/repositories/${workspace}/${name}/pullrequests`;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.ask({
      path: this.path,
      query: {
        q: `state = "OPEN" AND source.branch.name = ${JSON.stringify(head)} AND destination.branch.name = ${JSON.stringify(base)}`,
        pagelen: '50',
      },
    });
    const found = listAt(answer, 'values').find(
      each =>
        textAt(each, 'source', 'branch', 'name') === head &&
        textAt(each, 'destination', 'branch', 'name') === base &&
        textAt(each, 'source', 'repository', 'uuid') ===
          textAt(each, 'destination', 'repository', 'uuid'),
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
      ...{ method: 'POST', path: this.path },
      body: {
        ...{ title, description: body },
        source: { branch: { name: head } },
        destination: { branch: { name: base } },
      },
    });
    if (answer.status === 409) {
      return undefined;
    }
    if (answer.status >= 400) {
      throw this.api.errorOf(answer);
    }
    return read(answer.body);
  }

  async edit(
    { id }: OpenPullRequest,
    { title, body }: PullRequestText,
  ): Promise<void> {
    await this.api.ask({
      ...{ method: 'PUT', path: `${this.path}/${id}` },
      body: { title, description: body },
    });
  }

  async relabel(): Promise<void> {}

  async close({ id }: OpenPullRequest, comment: string): Promise<void> {
    const path = `${this.path}/${id}`;
    await this.api.ask({ method: 'POST', path: `${path}/decline` });
    await this.api.ask({
      ...{ method: 'POST', path: `${path}/comments` },
      body: { content: { raw: comment } },
    });
  }
}

function read(answer: unknown): OpenPullRequest {
  return {
    id: textAt(answer, 'id'),
    url: textAt(answer, 'links', 'html', 'href'),
    title: textAt(answer, 'title'),
    body: textAt(answer, 'description'),
    labels: [],
  };
}
