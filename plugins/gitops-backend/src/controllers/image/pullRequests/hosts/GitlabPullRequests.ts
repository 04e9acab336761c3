import { HostApi } from '../HostApi';
import { at, listAt, textAt } from '../json';
import {
  Branches,
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from '../PullRequestHost';

/** GitLab's merge requests (API v4). It makes labels that are not there. */
export class GitlabPullRequests implements PullRequestHost {
  /** What begins with a slash would be done as the integration's account. */
  readonly limits = {
    ...{ title: 255, body: 1_000_000, labels: true, commands: true },
  };
  private readonly api: HostApi;
  private readonly path: string;

  /** @param repository - encoded groups and project */
  constructor(api: HostApi, repository: readonly string[]) {
    this.api = api;
    this.path = `/projects/${repository.join('%2F')}/merge_requests`;
  }

  async find({ head, base }: Branches): Promise<OpenPullRequest | undefined> {
    const answer = await this.api.ask({
      path: this.path,
      query: {
        ...{ state: 'opened', source_branch: head, target_branch: base },
        per_page: '100',
      },
    });
    const found = listAt(answer).find(
      each =>
        textAt(each, 'source_branch') === head &&
        textAt(each, 'target_branch') === base &&
        at(each, 'source_project_id') === at(each, 'target_project_id'),
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
        ...{ source_branch: head, target_branch: base },
        ...{ title, description: body },
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

  async relabel(
    { id }: OpenPullRequest,
    { add, remove }: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    await this.api.ask({
      ...{ method: 'PUT', path: `${this.path}/${id}` },
      body: {
        ...(add.length > 0 && { add_labels: add.join(',') }),
        ...(remove.length > 0 && { remove_labels: remove.join(',') }),
      },
    });
  }

  async close({ id }: OpenPullRequest, comment: string): Promise<void> {
    const path = `${this.path}/${id}`;
    await this.api.ask({
      ...{ method: 'PUT', path, body: { state_event: 'close' } },
    });
    await this.api.ask({
      ...{ method: 'POST', path: `${path}/notes`, body: { body: comment } },
    });
  }
}

function read(answer: unknown): OpenPullRequest {
  return {
    id: textAt(answer, 'iid'),
    url: textAt(answer, 'web_url'),
    title: textAt(answer, 'title'),
    body: textAt(answer, 'description'),
    labels: listAt(answer, 'labels').map(each => textAt(each)),
  };
}
