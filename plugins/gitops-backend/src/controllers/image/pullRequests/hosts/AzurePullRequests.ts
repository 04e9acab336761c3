import { HostApi } from '../HostApi';
import { at, listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';

const VERSION = { 'api-version': '7.0' };

/**
 * Azure DevOps Services, and Server since 2022 (REST API 7.0). It makes labels
 * that are not there.
 */
export class AzurePullRequests implements PullRequestHost {
  readonly limits = { title: 400, body: 4_000, labels: true };
  private readonly api: HostApi;
  private readonly path: string;
  private readonly page: string;

  /**
   * @param repository - encoded name
   * @param page - of the repository, for people
   */
  constructor(api: HostApi, repository: string, page: string) {
    this.api = api;
    this.path = `/_apis/git/repositories/${repository}/pullrequests`;
    this.page = page;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.ask({
      path: this.path,
      query: {
        'searchCriteria.status': 'active',
        'searchCriteria.sourceRefName': `refs/heads/${head}`,
        'searchCriteria.targetRefName': `refs/heads/${base}`,
        ...VERSION,
      },
    });
    const found = listAt(answer, 'value').find(
      each =>
        textAt(each, 'sourceRefName') === `refs/heads/${head}` &&
        textAt(each, 'targetRefName') === `refs/heads/${base}` &&
        !at(each, 'forkSource'),
    );
    if (found === undefined) {
      return undefined;
    }
    // A list has the first 400 characters of a description only.
    const path = `${this.path}/${textAt(found, 'pullRequestId')}`;
    const whole = await this.api.ask({ path, query: VERSION });
    const labels = await this.api.ask({
      ...{ path: `${path}/labels`, query: VERSION },
    });
    return {
      ...this.read(whole),
      labels: listAt(labels, 'value').map(each => textAt(each, 'name')),
    };
  }

  async open({
    head,
    base,
    title,
    body,
  }: Branches & PullRequestText): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.tryAsk({
      ...{ method: 'POST', path: this.path, query: VERSION },
      body: {
        sourceRefName: `refs/heads/${head}`,
        targetRefName: `refs/heads/${base}`,
        ...{ title, description: body },
      },
    });
    if (answer.status === 409 && /TF401179|already exists/.test(answer.words)) {
      return undefined;
    }
    if (answer.status >= 400) {
      throw this.api.errorOf(answer);
    }
    return this.read(answer.body);
  }

  async edit(
    { id }: OpenPullRequest,
    { title, body }: PullRequestText,
  ): Promise<void> {
    await this.api.ask({
      ...{ method: 'PATCH', path: `${this.path}/${id}`, query: VERSION },
      body: { title, description: body },
    });
  }

  async relabel(
    { id }: OpenPullRequest,
    { add, remove }: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    const path = `${this.path}/${id}/labels`;
    for (const name of add) {
      await this.api.ask({
        ...{ method: 'POST', path, query: VERSION, body: { name } },
      });
    }
    for (const name of remove) {
      await this.api.ask({
        ...{ method: 'DELETE', path: `${path}/${encodeURIComponent(name)}` },
        query: VERSION,
      });
    }
  }

  async close({ id }: OpenPullRequest, comment: string): Promise<void> {
    const path = `${this.path}/${id}`;
    await this.api.ask({
      ...{ method: 'PATCH', path, query: VERSION },
      body: { status: 'abandoned' },
    });
    await this.api.ask({
      ...{ method: 'POST', path: `${path}/threads`, query: VERSION },
      body: {
        comments: [{ parentCommentId: 0, content: comment, commentType: 1 }],
        status: 4,
      },
    });
  }

  private read(answer: unknown): OpenPullRequest {
    const id = textAt(answer, 'pullRequestId');
    return {
      id,
      url: `${this.page}/pullrequest/${id}`,
      title: textAt(answer, 'title'),
      body: textAt(answer, 'description'),
      labels: [],
    };
  }
}
