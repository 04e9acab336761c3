import { assertError } from '@backstage/errors';
import { Answer, HostSink } from './__testUtils__/HostSink';
import { PullRequestError } from './PullRequestError';

const RULE = {
  url: 'https://github.com/team',
  namespaces: ['team'],
  pullRequests: true,
};
const WANTED = {
  ...{ repositoryUrl: 'https://github.com/team/game', head: 'images' },
  ...{ base: 'main', title: 'Update', body: 'Two images', labels: [] },
};

describe('PullRequests', () => {
  let sink: HostSink;
  const scope = (signal = new AbortController().signal) => ({
    ...{ home: 'local', namespace: 'team', signal },
  });
  const listed = (body: string, title = 'Update', labels: string[] = []) => ({
    body: [
      {
        ...{ number: 7, html_url: 'https://github.com/team/game/pull/7' },
        ...{ title, body, labels: labels.map(name => ({ name })) },
        head: { ref: 'images', repo: { id: 1 } },
        base: { ref: 'main', repo: { id: 1 } },
      },
    ],
  });
  const ensure = (change: object = {}) =>
    sink.pullRequests([RULE]).ensure({ ...WANTED, ...change }, scope());
  /** Opens one; gives title and body as the host got them. */
  const openOne = async (change: object = {}) => {
    sink.answer({ body: [] }, { status: 201, body: listed('').body[0] });
    await ensure(change);
    const { title, body } = Object(sink.received[1].body);
    sink.reset();
    return { title: String(title), body: String(body) };
  };
  const failure = async (work: Promise<unknown>) => {
    let thrown: unknown;
    try {
      await work;
    } catch (error) {
      assertError(error);
      thrown = error;
    }
    if (!(thrown instanceof PullRequestError)) {
      throw new Error(`no PullRequestError, but ${thrown}`);
    }
    return thrown;
  };

  beforeAll(async () => {
    sink = await HostSink.start();
  });
  beforeEach(() => sink.reset());
  afterAll(() => sink.stop());

  describe('leave what people changed', () => {
    it('in the title', async () => {
      const { body } = await openOne();
      sink.answer(listed(body, 'By hand'), { body: {} });
      await ensure({ title: 'Other', body: 'New' });
      expect(sink.received[1].body).toEqual({
        title: 'By hand',
        body: expect.stringMatching(/^New\n/),
      });
    });

    it('in the body, also later, while the title goes on', async () => {
      const { body } = await openOne();
      const edited = body.replace('Two images', 'Please wait\r\n');
      sink.answer(listed(edited), { body: {} });
      await ensure({ title: 'Other', body: 'New' });
      const { title, body: second } = Object(sink.received[1].body);
      expect(title).toBe('Other');
      expect(second).toMatch(/^Please wait\n/);
      sink.reset();
      sink.answer(listed(second, 'Other'));
      expect(await ensure({ title: 'Other', body: 'Newer' })).toMatchObject({
        change: 'unchanged',
      });
    });

    it('in labels: what was taken off stays off, what they put on stays on', async () => {
      const { body } = await openOne();
      sink.answer(listed(body), { body: [] }, { body: {} });
      await ensure({ labels: ['images', 'bot'] });
      const { body: labelled } = Object(sink.received[2].body);
      sink.reset();
      sink.answer(listed(labelled, 'Update', ['Bot', 'urgent']));
      await ensure({ labels: ['images', 'bot'] });
      expect(sink.lines).toHaveLength(1);
      sink.reset();
      sink.answer(
        listed(labelled, 'Update', ['Bot', 'urgent']),
        { body: [] },
        { body: {} },
      );
      await ensure({ labels: ['images'] });
      expect(sink.lines.slice(1)).toEqual([
        'DELETE https://api.github.com/repos/team/game/issues/7/labels/Bot',
        'PATCH https://api.github.com/repos/team/game/pulls/7',
      ]);
    });

    it('of line ends that the host changed, nothing is taken for a change', async () => {
      const { body } = await openOne({ body: 'One\nTwo' });
      sink.answer(listed(`${body.replaceAll('\n', '\r\n')}\r\n`));
      expect(await ensure({ body: 'One\nTwo' })).toMatchObject({
        change: 'unchanged',
      });
    });
  });

  it('labels that could not be put on are put on later', async () => {
    const first = await openOne();
    sink.reset();
    sink.answer(listed(first.body), { status: 502, body: {} });
    expect(await failure(ensure({ labels: ['bot'] }))).toMatchObject({
      code: 'PULL_REQUEST_HOST_DOWN',
    });
    sink.reset();
    sink.answer(listed(first.body), { body: [] }, { body: {} });
    await ensure({ labels: ['bot'] });
    expect(sink.received[1].body).toEqual({ labels: ['bot'] });
  });

  describe('texts that would do something else', () => {
    it('are one line in titles, cut without breaking a character', async () => {
      const { title } = await openOne({
        title: `a\r\nb\u0000\u202e c${'😀'.repeat(200)}`,
      });
      expect(title).toMatch(/^a b c(😀)+…$/u);
      expect(title.length).toBeLessThanOrEqual(256);
      expect(title).not.toMatch(/\p{Cs}/u);
    });

    it('lose halves of characters', async () => {
      const { title, body } = await openOne({
        title: 'a\ud83d',
        body: '\ude00b😀',
      });
      expect(title).toBe('a');
      expect(body).toMatch(/^b😀\n/u);
    });

    it.each(['', ' \n\t', '\u0007'])('have a title anyway: %j', async text => {
      expect((await openOne({ title: text })).title).toBe('Update images');
    });

    it('in bodies keep lines and lose control characters, and are not too long', async () => {
      const { body } = await openOne({
        body: `a\r\nb\u001b[31m\u0000${'x'.repeat(100_000)}`,
      });
      expect(body).toMatch(/^a\nb\[31mx+…\n\n\[\/\/\]: # \(/);
      expect(body.length).toBeLessThanOrEqual(65_536);
    });

    it('are no commands of GitLab', async () => {
      const rule = { ...RULE, url: 'https://gitlab.test/git/team' };
      sink.answer({ body: [] }, { status: 201, body: { iid: 1 } });
      await sink.pullRequests([rule]).ensure(
        {
          ...WANTED,
          repositoryUrl: 'git@gitlab.test:git/team/game.git',
          body: 'a\n/merge\n  /approve\na/b',
        },
        scope(),
      );
      expect(Object(sink.received[1].body).description).toMatch(
        /^a\n\\\/merge\n {2}\\\/approve\na\/b\n/,
      );
    });

    it('do not pass for the portal’s own mark', async () => {
      const { body } = await openOne();
      const mark = body.split('\n').at(-1)!;
      const forged = await openOne({ body: `${mark}\nText\n${mark}` });
      expect(forged.body.match(/backstage-gitops\.io/g)).toHaveLength(1);
      expect(forged.body).toMatch(/^Text\n|^\nText\n/);
    });

    it('of hosts are no links to somewhere else', async () => {
      const bad = { ...listed('').body[0], html_url: 'data:text/html,x' };
      sink.answer({ body: [bad] });
      expect((await ensure()).pullRequest.url).toBe('');
    });
  });

  describe('are granted', () => {
    it.each([
      ['http://github.com/team/game'],
      ['ssh://git@github.com/team/game.git'],
      ['ssh://git@ssh.github.com:443/team/game.git'],
      ['git@github.com:team/game.git'],
      ['git@github.com:/team/game.git'],
      ['https://github.com/team/game.git/'],
    ])('to %s as to its https form', async repositoryUrl => {
      sink.answer(listed(''));
      await ensure({ repositoryUrl });
      expect(sink.lines).toEqual([
        'GET https://api.github.com/repos/team/game/pulls?state=open&head=team:images&base=main',
      ]);
    });

    it.each([
      ['git@github.com:other/game.git', 'NOT_MAPPED'],
      ['git@github.com:team/../other/game.git', 'NOT_MAPPED'],
      ['https://github.com/team%2f..%2fother/game', 'NOT_MAPPED'],
      ['https://git.test/team/game', 'NO_INTEGRATION'],
      ['file:///team/game', 'NO_INTEGRATION'],
      ['https://github.com/team/sub/game', 'NOT_FOUND'],
      ['https://github.com/team', 'NOT_FOUND'],
    ])('but not to %s', async (repositoryUrl, code) => {
      const error = await failure(ensure({ repositoryUrl }));
      expect(error.code).toBe(`PULL_REQUEST_${code}`);
      expect(sink.lines).toEqual([]);
    });

    it.each([
      ['another namespace', { namespaces: ['other'] }],
      ['another home', { home: 'other' }],
      ['Git alone', { pullRequests: false }],
    ])('not where the rule is for %s', async (_, change) => {
      const error = await failure(
        sink.pullRequests([{ ...RULE, ...change }]).ensure(WANTED, scope()),
      );
      expect(error.code).toBe('PULL_REQUEST_NOT_MAPPED');
      expect(error.message).toContain('pullRequests: true');
    });

    it('not at hosts that have none', async () => {
      const rule = { ...RULE, url: 'https://gerrit.test' };
      const error = await failure(
        sink
          .pullRequests([rule])
          .ensure(
            { ...WANTED, repositoryUrl: 'https://gerrit.test/team/game' },
            scope(),
          ),
      );
      expect(error.code).toBe('PULL_REQUEST_NO_INTEGRATION');
    });
  });

  describe('say what failed', () => {
    it.each<[string, Answer]>([
      ['FORBIDDEN', { status: 401, body: { message: 'Bad credentials' } }],
      ['FORBIDDEN', { status: 403, body: { message: 'not accessible' } }],
      ['FORBIDDEN', { status: 203, body: '<html>' }],
      ['NOT_FOUND', { status: 404, body: { message: 'Not Found' } }],
      ['HOST_DOWN', { status: 503, body: '<html>' }],
      ['HOST_DOWN', { status: 200, body: '<html>' }],
      ['REFUSED', { status: 301, headers: { location: 'https://evil.test' } }],
      [
        'BRANCH_MISSING',
        {
          status: 422,
          body: {
            message: 'Validation Failed',
            errors: [
              { resource: 'PullRequest', field: 'base', code: 'invalid' },
            ],
          },
        },
      ],
      [
        'BRANCH_MISSING',
        {
          status: 400,
          body: { message: 'TF401398: the target branch no longer exists' },
        },
      ],
      [
        'ALREADY_MERGED',
        {
          status: 422,
          body: { errors: [{ message: 'No commits between main and images' }] },
        },
      ],
      ['REFUSED', { status: 422, body: { message: 'Spammed' } }],
    ])('%s: %j', async (code, answer) => {
      sink.answer({ body: [] }, answer);
      const error = await failure(ensure());
      expect(error.code).toBe(`PULL_REQUEST_${code}`);
      expect(error.message).toMatch(/^api\.github\.com .*; /);
      expect(sink.lines).toHaveLength(2);
    });

    it('where an answer is too long', async () => {
      sink.answer({ body: `"${'x'.repeat(9 * 1024 * 1024)}"` });
      const error = await failure(ensure());
      expect(error.code).toBe('PULL_REQUEST_HOST_DOWN');
      expect(error.message).toContain('8388608 bytes');
    });

    it('where it takes too long', async () => {
      sink.hang();
      const error = await failure(
        sink.pullRequests([RULE], { timeoutMs: 50 }).ensure(WANTED, scope()),
      );
      expect(error.code).toBe('PULL_REQUEST_HOST_DOWN');
      expect(error.message).toContain('did not answer within 0.05 s');
    });

    it.each<[Answer, number]>([
      [{ status: 429, headers: { 'retry-after': '120' } }, 120_000],
      [{ status: 403, headers: { 'retry-after': '7' } }, 7_000],
      [{ status: 429, headers: { 'retry-after': '999999' } }, 3_600_000],
      [{ status: 429, headers: { 'retry-after': 'soon' } }, 60_000],
      [
        {
          status: 403,
          headers: {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': '1000000000',
          },
        },
        1_000,
      ],
    ])('with the time to wait: %j', async (answer, retryAfterMs) => {
      sink.answer(answer);
      expect(await failure(ensure())).toMatchObject({
        ...{ code: 'PULL_REQUEST_RATE_LIMITED', retryAfterMs },
      });
    });

    it.each(['gh-secret', 'Bearer gh-secret', 'x=gh-secret;'])(
      'without the credential, even where the host tells it: %s',
      async text => {
        sink.answer({
          status: 403,
          body: { message: `no rights for ${text}` },
        });
        const error = await failure(ensure());
        expect(`${error.message} ${error.stack}`).not.toContain('gh-secret');
      },
    );

    it('on one line, shortly', async () => {
      sink.answer({
        status: 403,
        body: { message: `a\r\nb\u001b[0m ${'x'.repeat(5_000)}` },
      });
      const { message } = await failure(ensure());
      expect(message).toMatch(/\(a b \[0m x+\)/);
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThan(600);
    });

    it('where it was merged in between', async () => {
      const { body } = await openOne();
      sink.answer(
        listed(body),
        { status: 422, body: { message: 'Cannot change it' } },
        { body: [] },
      );
      const error = await failure(ensure({ title: 'Other' }));
      expect(error.code).toBe('PULL_REQUEST_ALREADY_MERGED');
    });

    it('where the host says that one exists and lists none', async () => {
      sink.answer(
        { body: [] },
        { status: 422, body: { message: 'A pull request already exists' } },
        { body: [] },
      );
      expect((await failure(ensure())).code).toBe('PULL_REQUEST_REFUSED');
    });
  });

  it('ask nothing when the work is cancelled', async () => {
    const cancelled = AbortSignal.abort(new Error('the portal stops'));
    await expect(
      sink.pullRequests([RULE]).ensure(WANTED, scope(cancelled)),
    ).rejects.toThrow('the portal stops');
    expect(sink.lines).toEqual([]);
  });
});
