import { HostApi } from '../HostApi';
import { at, listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';
import { PullRequestError } from '../PullRequestError';

const MOST_PAGES = 40;
/** Else what changes something is taken for a form of another site. */
const HEADERS = { 'x-atlassian-token': 'no-check' };

/** Bitbucket Server and Data Center (REST API 1.0). Its pull requests have no labels. */
export class BitbucketServerPullRequests implements PullRequestHost {
  readonly limits = { title: 255, body: 32_768, labels: false };
  private readonly api: HostApi;
  private readonly repository: object;
  private readonly path: string;

  /** @param repository - encoded key of the project, and name */
  constructor(api: HostApi, [project, name]: readonly string[]) {
    this.api = api;
    this.repository = {
      slug: decodeURIComponent(name),
      project: { key: decodeURIComponent(project) },
    };
    this.path = `/projects/${project}/repos/${name}/pull-requests`;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    let start = '0';
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.api.ask({
        path: this.path,
        query: {
          ...{ state: 'OPEN', direction: 'OUTGOING', at: `refs/heads/${head}` },
          ...{ limit: '100', start },
        },
      });
      const found = listAt(answer, 'values').find(
        each =>
          textAt(each, 'fromRef', 'id') === `refs/heads/${head}` &&
          textAt(each, 'toRef', 'id') === `refs/heads/${base}` &&
          at(each, 'fromRef', 'repository', 'id') ===
            at(each, 'toRef', 'repository', 'id'),
      );
      start = textAt(answer, 'nextPageStart');
      if (found !== undefined || start === '') {
        return found === undefined ? undefined : read(found);
      }
    }
    throw new PullRequestError(
      'PULL_REQUEST_REFUSED',
      `pull requests of ${head} were listed without an end; decline those that nobody needs`,
    );
  }

  async open({
    head,
    base,
    title,
    body,
  }: Branches & PullRequestText): Promise<OpenPullRequest | undefined> {
    const { repository } = this;
    const answer = await this.api.tryAsk({
      ...{ method: 'POST', path: this.path, headers: HEADERS },
      body: {
        ...{ title, description: body, state: 'OPEN' },
        fromRef: { id: `refs/heads/${head}`, repository },
        toRef: { id: `refs/heads/${base}`, repository },
      },
    });
    if (
      answer.status === 409 &&
      /\bDuplicatePullRequest|only one pull request may be open/i.test(
        answer.words.replaceAll('.', ' '),
      )
    ) {
      return undefined;
    }
    if (answer.status >= 400) {
      throw this.api.errorOf(answer);
    }
    return read(answer.body);
  }

  /** Reviewers that are not sent are taken off. */
  async edit(
    { id, extra }: OpenPullRequest,
    { title, body }: PullRequestText,
  ): Promise<void> {
    await this.api.ask({
      ...{ method: 'PUT', path: `${this.path}/${id}`, headers: HEADERS },
      body: { ...extra, title, description: body },
    });
  }

  async relabel(): Promise<void> {}

  async close({ id, extra }: OpenPullRequest, comment: string): Promise<void> {
    const path = `${this.path}/${id}`;
    await this.api.ask({
      ...{ method: 'POST', path: `${path}/decline`, headers: HEADERS },
      query: { version: textAt(extra, 'version') },
      body: {},
    });
    await this.api.ask({
      ...{ method: 'POST', path: `${path}/comments`, headers: HEADERS },
      body: { text: comment },
    });
  }
}

function read(answer: unknown): OpenPullRequest {
  return {
    id: textAt(answer, 'id'),
    url: textAt(answer, 'links', 'self', 0, 'href'),
    title: textAt(answer, 'title'),
    body: textAt(answer, 'description'),
    labels: [],
    extra: {
      version: at(answer, 'version'),
      reviewers: listAt(answer, 'reviewers').map(each => ({
        user: { name: textAt(each, 'user', 'name') },
      })),
    },
  };
}
