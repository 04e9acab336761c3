import { HostSink } from '../__testUtils__/HostSink';

/** What a host is asked, and answers, as its documentation has it. */
interface Case {
  url: string;
  authorization: string;
  /** The list of open ones. */
  find: string;
  listed: (body: string, title: string) => unknown;
  empty: unknown;
  /** Asked after the list: answers in turn. */
  details?: (body: string, title: string) => [string, unknown][];
  open: string;
  /** Fields beside title and body. */
  opening: object;
  /** Of the body. */
  field: 'body' | 'description';
  opened: (body: string) => unknown;
  exists: { status: number; body: unknown };
  edit: string;
  /** Fields beside title and body. */
  editing?: object;
  /** Adding label `images`: line, body, answer. */
  label?: [string, unknown, unknown][];
  close: [string, unknown][];
  pullRequest: { id: string; url: string };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const GH = 'https://api.github.com/repos/team/game';
const GL =
  'https://gitlab.test/git/api/v4/projects/team%2Fsub%2Fgame/merge_requests';
const GT = 'https://gitea.test:3000/api/v1/repos/team/game';
const BC = 'https://api.bitbucket.org/2.0/repositories/team/game/pullrequests';
const BS =
  'https://bbs.test/rest/api/1.0/projects/TEAM/repos/game/pull-requests';
const AZ =
  'https://dev.azure.com/org/My%20Project/_apis/git/repositories/game/pullrequests';
const repo = { slug: 'game', project: { key: 'TEAM' } };

const github = (body: string, title = 'Update') => ({
  ...{ number: 7, html_url: 'https://github.com/team/game/pull/7' },
  ...{ title, body, state: 'open', labels: [] },
  head: { ref: 'images', repo: { id: 1 } },
  base: { ref: 'main', repo: { id: 1 } },
});
const gitlab = (body: string, title = 'Update') => ({
  ...{ id: 99, iid: 7, web_url: 'https://gitlab.test/git/team/sub/game/-/7' },
  ...{ title, description: body, labels: [], state: 'opened' },
  ...{ source_branch: 'images', target_branch: 'main' },
  ...{ source_project_id: 1, target_project_id: 1 },
});
const gitea = (body: string, title = 'Update') => ({
  ...{
    id: 99,
    number: 7,
    html_url: 'https://gitea.test:3000/team/game/pulls/7',
  },
  ...{ title, body, labels: [], state: 'open' },
  head: { ref: 'images', repo_id: 1 },
  base: { ref: 'main', repo_id: 1 },
});
const cloud = (body: string, title = 'Update') => ({
  ...{ id: 7, title, description: body, state: 'OPEN' },
  links: { html: { href: 'https://bitbucket.org/team/game/pull-requests/7' } },
  source: { branch: { name: 'images' }, repository: { uuid: '{1}' } },
  destination: { branch: { name: 'main' }, repository: { uuid: '{1}' } },
});
const server = (body: string, title = 'Update') => ({
  ...{ id: 7, version: 3, title, description: body, state: 'OPEN' },
  links: { self: [{ href: 'https://bbs.test/projects/TEAM/repos/game/7' }] },
  reviewers: [{ user: { name: 'charlie', id: 101 }, role: 'REVIEWER' }],
  fromRef: { id: 'refs/heads/images', repository: { id: 1 } },
  toRef: { id: 'refs/heads/main', repository: { id: 1 } },
});
const azure = (body: string, title = 'Update') => ({
  ...{ pullRequestId: 7, title, description: body, status: 'active' },
  ...{ sourceRefName: 'refs/heads/images', targetRefName: 'refs/heads/main' },
});

const CASES: Record<string, Case> = {
  GitHub: {
    url: 'git@github.com:team/game.git',
    authorization: 'Bearer gh-secret',
    find: `GET ${GH}/pulls?state=open&head=team:images&base=main`,
    listed: (body, title) => [github(body, title)],
    empty: [],
    open: `POST ${GH}/pulls`,
    opening: { head: 'images', base: 'main' },
    field: 'body',
    opened: github,
    exists: {
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [
          {
            ...{ resource: 'PullRequest', code: 'custom' },
            message: 'A pull request already exists for team:images.',
          },
        ],
      },
    },
    edit: `PATCH ${GH}/pulls/7`,
    label: [[`POST ${GH}/issues/7/labels`, { labels: ['images'] }, []]],
    close: [
      [`PATCH ${GH}/pulls/7`, { state: 'closed' }],
      [`POST ${GH}/issues/7/comments`, { body: expect.any(String) }],
    ],
    pullRequest: { id: '7', url: 'https://github.com/team/game/pull/7' },
  },
  GitLab: {
    url: 'https://gitlab.test/git/team/sub/game.git',
    authorization: 'Bearer gl-secret',
    find: `GET ${GL}?state=opened&source_branch=images&target_branch=main&per_page=100`,
    listed: (body, title) => [
      // One from a fork, with the same branches.
      { ...gitlab(body, title), iid: 6, source_project_id: 2 },
      gitlab(body, title),
    ],
    empty: [],
    open: `POST ${GL}`,
    opening: { source_branch: 'images', target_branch: 'main' },
    field: 'description',
    opened: gitlab,
    exists: {
      status: 409,
      body: {
        message: [
          'Another open merge request already exists for this source branch: !7',
        ],
      },
    },
    edit: `PUT ${GL}/7`,
    label: [[`PUT ${GL}/7`, { add_labels: 'images' }, {}]],
    close: [
      [`PUT ${GL}/7`, { state_event: 'close' }],
      [`POST ${GL}/7/notes`, { body: expect.any(String) }],
    ],
    pullRequest: { id: '7', url: 'https://gitlab.test/git/team/sub/game/-/7' },
  },
  Gitea: {
    url: 'ssh://git@gitea.test:2222/team/game.git',
    authorization: basic('portal:gt-pass'),
    find: `GET ${GT}/pulls?state=open&page=1&limit=50`,
    listed: (body, title) => [
      { ...gitea(body, title), number: 6, head: { ref: 'x', repo_id: 1 } },
      gitea(body, title),
    ],
    empty: [],
    open: `POST ${GT}/pulls`,
    opening: { head: 'images', base: 'main' },
    field: 'body',
    opened: gitea,
    exists: {
      status: 409,
      body: { message: 'pull request already exists for these targets' },
    },
    edit: `PATCH ${GT}/pulls/7`,
    label: [
      [`GET ${GT}/labels?page=1&limit=50`, undefined, [{ id: 1, name: 'a' }]],
      [`GET ${GT}/labels?page=2&limit=50`, undefined, []],
      [
        'GET https://gitea.test:3000/api/v1/orgs/team/labels?page=1&limit=50',
        undefined,
        [],
      ],
      [`POST ${GT}/labels`, { name: 'images', color: '#808080' }, { id: 5 }],
      [`POST ${GT}/issues/7/labels`, { labels: [5] }, []],
    ],
    close: [
      [`PATCH ${GT}/pulls/7`, { state: 'closed' }],
      [`POST ${GT}/issues/7/comments`, { body: expect.any(String) }],
    ],
    pullRequest: { id: '7', url: 'https://gitea.test:3000/team/game/pulls/7' },
  },
  'Bitbucket Cloud': {
    url: 'git@bitbucket.org:team/game.git',
    authorization: basic('portal:bc-secret'),
    find: `GET ${BC}?q=state = "OPEN" AND source.branch.name = "images" AND destination.branch.name = "main"&pagelen=50`,
    listed: (body, title) => ({ values: [cloud(body, title)] }),
    empty: { values: [] },
    open: `POST ${BC}`,
    opening: {
      source: { branch: { name: 'images' } },
      destination: { branch: { name: 'main' } },
    },
    field: 'description',
    opened: cloud,
    exists: { status: 409, body: { type: 'error' } },
    edit: `PUT ${BC}/7`,
    close: [
      [`POST ${BC}/7/decline`, undefined],
      [`POST ${BC}/7/comments`, { content: { raw: expect.any(String) } }],
    ],
    pullRequest: {
      id: '7',
      url: 'https://bitbucket.org/team/game/pull-requests/7',
    },
  },
  'Bitbucket Server': {
    url: 'https://bbs.test/scm/TEAM/game.git',
    authorization: 'Bearer bs-secret',
    find: `GET ${BS}?state=OPEN&direction=OUTGOING&at=refs/heads/images&limit=100&start=0`,
    listed: (body, title) => ({
      isLastPage: true,
      values: [server(body, title)],
    }),
    empty: { isLastPage: true, values: [], nextPageStart: null },
    open: `POST ${BS}`,
    opening: {
      state: 'OPEN',
      fromRef: { id: 'refs/heads/images', repository: repo },
      toRef: { id: 'refs/heads/main', repository: repo },
    },
    field: 'description',
    opened: server,
    exists: {
      status: 409,
      body: {
        errors: [
          {
            message:
              'Only one pull request may be open for a given source and target branch',
            exceptionName:
              'com.atlassian.bitbucket.pull.DuplicatePullRequestException',
          },
        ],
      },
    },
    edit: `PUT ${BS}/7`,
    editing: { version: 3, reviewers: [{ user: { name: 'charlie' } }] },
    close: [
      [`POST ${BS}/7/decline?version=3`, {}],
      [`POST ${BS}/7/comments`, { text: expect.any(String) }],
    ],
    pullRequest: {
      id: '7',
      url: 'https://bbs.test/projects/TEAM/repos/game/7',
    },
  },
  'Azure DevOps': {
    url: 'https://dev.azure.com/org/My%20Project/_git/game',
    authorization: basic(':az-secret'),
    find: `GET ${AZ}?searchCriteria.status=active&searchCriteria.sourceRefName=refs/heads/images&searchCriteria.targetRefName=refs/heads/main&api-version=7.0`,
    listed: (body, title) => ({ value: [azure(body.slice(0, 10), title)] }),
    details: (body, title) => [
      [`GET ${AZ}/7?api-version=7.0`, azure(body, title)],
      [`GET ${AZ}/7/labels?api-version=7.0`, { value: [] }],
    ],
    empty: { value: [], count: 0 },
    open: `POST ${AZ}?api-version=7.0`,
    opening: {
      sourceRefName: 'refs/heads/images',
      targetRefName: 'refs/heads/main',
    },
    field: 'description',
    opened: azure,
    exists: {
      status: 409,
      body: {
        message:
          'TF401179: An active pull request for the source and target branch already exists.',
        typeKey: 'GitPullRequestExistsException',
      },
    },
    edit: `PATCH ${AZ}/7?api-version=7.0`,
    label: [[`POST ${AZ}/7/labels?api-version=7.0`, { name: 'images' }, {}]],
    close: [
      [`PATCH ${AZ}/7?api-version=7.0`, { status: 'abandoned' }],
      [
        `POST ${AZ}/7/threads?api-version=7.0`,
        {
          comments: [
            {
              ...{ parentCommentId: 0, commentType: 1 },
              content: expect.any(String),
            },
          ],
          status: 4,
        },
      ],
    ],
    pullRequest: {
      id: '7',
      url: 'https://dev.azure.com/org/My%20Project/_git/game/pullrequest/7',
    },
  },
};

const RULES = [
  'https://github.com/team',
  'https://gitlab.test/git/team',
  'https://gitea.test:3000/team',
  'https://bitbucket.org/team',
  'https://bbs.test/scm/TEAM',
  'https://dev.azure.com/org',
].map(url => ({ url, namespaces: ['team'], pullRequests: true }));

describe('Pull requests', () => {
  let sink: HostSink;
  const scope = () => ({
    ...{ home: 'local', namespace: 'team' },
    signal: new AbortController().signal,
  });

  beforeAll(async () => {
    sink = await HostSink.start();
  });
  beforeEach(() => sink.reset());
  afterAll(() => sink.stop());

  describe.each(Object.entries(CASES))('at %s', (_, host) => {
    const wanted = (title: string, labels: string[] = []) => ({
      ...{ repositoryUrl: host.url, head: 'images', base: 'main' },
      ...{ title, body: 'Two images', labels },
    });
    const pullRequests = () => sink.pullRequests(RULES);
    /** The body as it is sent, and so as the host has it. */
    const open = async () => {
      sink.answer(
        { body: host.empty },
        { status: 201, body: host.opened('Two images') },
      );
      const result = await pullRequests().ensure(wanted('Update'), scope());
      const sent = sink.received[1];
      sink.reset();
      return {
        result,
        sent,
        body: String(Reflect.get(Object(sent.body), host.field)),
      };
    };
    const answerFound = (body: string, title = 'Update') =>
      sink.answer(
        { body: host.listed(body, title) },
        ...(host.details?.(body, title) ?? []).map(([, answer]) => ({
          body: answer,
        })),
      );
    const finding = [
      host.find,
      ...(host.details?.('', '') ?? []).map(([line]) => line),
    ];

    it('are opened with the credential of the integration', async () => {
      const { result, sent } = await open();
      expect(result).toEqual({
        pullRequest: host.pullRequest,
        change: 'opened',
      });
      expect(sent.line).toBe(host.open);
      expect(sent.body).toEqual({
        ...host.opening,
        title: 'Update',
        [host.field]: expect.stringMatching(/^Two images\n\n\[\/\/\]: # \(/),
      });
      expect(sent.headers).toMatchObject({
        authorization: host.authorization,
        'content-type': 'application/json',
      });
    });

    it('are looked for, and are left as they are while nothing is new', async () => {
      const { body } = await open();
      answerFound(body);
      const result = await pullRequests().ensure(wanted('Update'), scope());
      expect(result).toEqual({
        pullRequest: host.pullRequest,
        change: 'unchanged',
      });
      expect(sink.lines).toEqual(finding);
    });

    it('get what is new', async () => {
      const { body } = await open();
      answerFound(body);
      sink.answer({ body: {} });
      const result = await pullRequests().ensure(wanted('Other'), scope());
      expect(result.change).toBe('updated');
      expect(sink.lines).toEqual([...finding, host.edit]);
      expect(sink.received.at(-1)!.body).toEqual({
        ...host.editing,
        title: 'Other',
        [host.field]: expect.stringContaining('Two images'),
      });
    });

    it('get labels where the host has them', async () => {
      const { body } = await open();
      const steps = host.label ?? [];
      answerFound(body);
      sink.answer(...steps.map(([, , answer]) => ({ body: answer })), {
        body: {},
      });
      const result = await pullRequests().ensure(
        wanted('Update', ['images']),
        scope(),
      );
      expect(result.change).toBe(host.label ? 'updated' : 'unchanged');
      const asked = sink.received.slice(finding.length);
      expect(asked.slice(0, steps.length)).toEqual(
        steps.map(([line, sent]) =>
          expect.objectContaining({ line, body: sent }),
        ),
      );
      expect(asked.slice(steps.length).map(({ line }) => line)).toEqual(
        host.label ? [host.edit] : [],
      );
    });

    it('that somebody else opened in between are taken', async () => {
      sink.answer({ body: host.empty }, host.exists);
      answerFound('by hand', 'Mine');
      const result = await pullRequests().ensure(wanted('Update'), scope());
      expect(result).toEqual({
        pullRequest: host.pullRequest,
        change: 'unchanged',
      });
      expect(sink.lines).toEqual([host.find, host.open, ...finding]);
    });

    it('are closed with a comment', async () => {
      answerFound('x');
      sink.answer(...host.close.map(() => ({ body: {} })));
      expect(await pullRequests().close(wanted(''), scope())).toEqual(
        host.pullRequest,
      );
      expect(
        sink.received
          .slice(finding.length)
          .map(({ line, body }) => [line, body]),
      ).toEqual(host.close);
    });

    it('that are not there are not closed', async () => {
      sink.answer({ body: host.empty });
      expect(await pullRequests().close(wanted(''), scope())).toBeUndefined();
      expect(sink.lines).toEqual([host.find]);
    });
  });

  describe('behind other pages', () => {
    const close = (repositoryUrl: string) =>
      sink
        .pullRequests(RULES)
        .close({ repositoryUrl, head: 'images', base: 'main' }, scope());

    it('are found at Gitea, whatever it allows on a page', async () => {
      const other = { ...gitea('x'), base: { ref: 'release', repo_id: 1 } };
      sink.answer(
        { body: [other] },
        { body: [gitea('x')] },
        { body: {} },
        { body: {} },
      );
      expect(await close(CASES.Gitea.url)).toMatchObject({ id: '7' });
      expect(sink.lines.slice(0, 2)).toEqual([
        `GET ${GT}/pulls?state=open&page=1&limit=50`,
        `GET ${GT}/pulls?state=open&page=2&limit=50`,
      ]);
    });

    it('are found at Bitbucket Server', async () => {
      const fork = { id: 'refs/heads/images', repository: { id: 2 } };
      sink.answer(
        {
          body: {
            ...{ isLastPage: false, nextPageStart: 100 },
            values: [{ ...server('x'), fromRef: fork }],
          },
        },
        { body: { isLastPage: true, values: [server('x')] } },
        { body: {} },
        { body: {} },
      );
      const { url, find } = CASES['Bitbucket Server'];
      expect(await close(url)).toMatchObject({ id: '7' });
      expect(sink.lines.slice(0, 2)).toEqual([
        find,
        find.replace('start=0', 'start=100'),
      ]);
    });

    it.each(['Gitea', 'Bitbucket Server'])(
      'are not looked for without an end at %s',
      async name => {
        const endless =
          name === 'Gitea'
            ? [{ ...gitea('x'), base: { ref: 'release', repo_id: 1 } }]
            : { values: [], isLastPage: false, nextPageStart: 1 };
        sink.answer(...Array(100).fill({ body: endless }));
        await expect(close(CASES[name].url)).rejects.toMatchObject({
          code: 'PULL_REQUEST_REFUSED',
        });
        expect(sink.lines).toHaveLength(40);
      },
    );
  });
});
