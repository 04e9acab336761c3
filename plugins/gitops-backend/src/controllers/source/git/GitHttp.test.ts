// Server: one of HTTP that answers what no Git server should.
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { HttpPool } from '../../../net/HttpPool';
import { NetworkGuard } from '../../../net/NetworkGuard';
import { TestFetches } from './__testUtils__/fetchContext';
import { GitHttp } from './GitHttp';
import {
  COMMIT,
  makePack,
  oidOf,
  TAG,
  TREE,
} from './pack/__testUtils__/makePack';
import { UploadPackClient } from './protocol/UploadPackClient';
import { packet } from './protocol/packets';

jest.setTimeout(60_000);

const OID = 'a'.repeat(40);
const FLUSH = '0000';
const MAIN = { url: '', ref: { branch: 'main' } };

const service = packet('# service=git-upload-pack') + FLUSH;
const version2 = `${service}${packet('version 2')}${packet('ls-refs')}${packet('fetch=shallow')}${FLUSH}`;

/** Content, in packets of the band. */
function band(number: number, content: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += 60_000) {
    const part = content.subarray(at, at + 60_000);
    const length = (part.length + 5).toString(16).padStart(4, '0');
    parts.push(Buffer.from(length), Buffer.from([number]), part);
  }
  return Buffer.concat(parts);
}

describe('a server of Git that means no good', () => {
  let server: Server;
  let base: string;
  let fetches: TestFetches;
  let answer: (body: string, response: ServerResponse) => void;
  const seen: IncomingMessage[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      response.on('error', () => {});
      const body: Buffer[] = [];
      request.on('data', chunk => body.push(chunk));
      request.on('end', () => {
        const kind = request.method === 'POST' ? 'result' : 'advertisement';
        response.setHeader(
          'content-type',
          `application/x-git-upload-pack-${kind}`,
        );
        answer(Buffer.concat(body).toString(), response);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/team/app.git`;
    fetches = await TestFetches.create();
    fetches.addSecret('me', { username: 'me', password: 'canary' });
  });

  beforeEach(() => {
    seen.length = 0;
  });

  afterAll(async () => {
    await fetches.stop();
    await new Promise(resolve => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  /** Answers to the capabilities, to `ls-refs` and to `fetch`. */
  const script = (references: string, pack: string | Buffer = '') => {
    answer = (body, response) => {
      if (body === '') {
        response.end(version2);
      } else {
        response.end(body.includes('command=ls-refs') ? references : pack);
      }
    };
  };

  const failure = async (url = base) => {
    const error = await fetches
      .fetch({ ...MAIN, url, secretRef: { name: 'me' } })
      .catch(reason => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).not.toContain('canary');
    return error as Error & { reason: string };
  };

  const main = packet(`${OID} refs/heads/main`) + FLUSH;

  it.each<[string, string, RegExp]>([
    ['a page', '<html>log in</html>', /does not answer as a Git repository/],
    ['nothing', '', /broke off/],
    ['half a packet', '00ffabc', /broke off/],
    ['a length that is none', '0003abc', /does not answer as a Git/],
    ['an error', packet('ERR go away\u001b[31m'), /it says: go away/],
    ['a reference that is none', packet('xyz refs/heads/main'), /in a form/],
    [
      'objects of another kind',
      service + packet(`${OID} HEAD\0object-format=md5`),
      /names its objects by md5/,
    ],
  ])('says so where it answers with %s', async (_, text, message) => {
    answer = (_body, response) => response.end(text);
    expect(await failure()).toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringMatching(message),
    });
  });

  it.each<[number, string, RegExp]>([
    [401, 'AuthenticationFailed', /refused access \(HTTP 401\)/],
    [403, 'AuthenticationFailed', /refused access \(HTTP 403\)/],
    [404, 'GitOperationFailed', /there is no repository at/],
    [500, 'GitOperationFailed', /answered with HTTP 500/],
  ])('asks once where it answers with %i', async (status, reason, message) => {
    answer = (_, response) => response.writeHead(status).end('canary');
    expect(await failure()).toMatchObject({
      ...{ reason, message: expect.stringMatching(message) },
    });
    expect(seen).toHaveLength(1);
  });

  it('takes no page for a repository because of its status', async () => {
    answer = (_, response) =>
      response.setHeader('content-type', 'text/html').end(version2);
    expect((await failure()).message).toMatch(/does not answer as a Git/);
  });

  it.each([
    ['http://169.254.169.254/latest/info/refs', /has no address that/],
    ['http://[::1]:1/info/refs', /has no address that/],
    ['file:///etc/passwd', /file:/],
  ])('is not followed to %s', async (location, message) => {
    answer = (_, response) => response.writeHead(302, { location }).end();
    expect((await failure()).message).toMatch(message);
  });

  it('is bounded in what it lists', async () => {
    const line = packet(`${OID} refs/heads/main-${'x'.repeat(900)}`);
    const many = Buffer.from(line.repeat(1_000));
    let sent = 0;
    answer = (body, response) => {
      if (body === '') {
        response.end(version2);
        return;
      }
      const write = () => {
        sent += many.length;
        if (!response.destroyed) {
          response.write(many, write);
        }
      };
      write();
    };
    const client = new UploadPackClient(
      new GitHttp({
        url: base,
        client: new HttpPool({
          guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
        }).open(),
        signal: new AbortController().signal,
      }),
    );
    await expect(client.list(['refs/heads/main'])).rejects.toMatchObject({
      code: 'GIT_TOO_LARGE',
    });
    await client.close();
    expect(sent).toBeLessThan(300e6);
  });

  it.each<[string, () => string | Buffer, RegExp]>([
    [
      'no pack',
      () => packet('acknowledgments') + FLUSH,
      /something else than a pack/,
    ],
    [
      'an error in its band',
      () =>
        Buffer.concat([
          Buffer.from(packet('packfile')),
          band(3, Buffer.from('no space')),
        ]),
      /it says: no space/,
    ],
    [
      'half a pack',
      () =>
        Buffer.concat([
          Buffer.from(packet('packfile')),
          band(
            1,
            makePack([{ type: COMMIT, content: Buffer.alloc(900) }]).subarray(
              0,
              20,
            ),
          ),
          Buffer.from(FLUSH),
        ]),
      /is broken/,
    ],
    [
      'a pack without the commit',
      () =>
        Buffer.concat([
          Buffer.from(packet('packfile')),
          band(1, makePack([])),
          Buffer.from(FLUSH),
        ]),
      /holds no commit/,
    ],
    [
      'an unknown band',
      () =>
        Buffer.concat([
          Buffer.from(packet('packfile')),
          band(9, Buffer.from('x')),
        ]),
      /something else/,
    ],
  ])('says so where it fetches %s', async (_, pack, message) => {
    script(main, pack());
    expect(await failure()).toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringMatching(message),
    });
  });

  it('is bounded in the progress that it tells of', async () => {
    const progress = band(2, Buffer.alloc(1_000_000, 'working '));
    answer = (body, response) => {
      if (!body.includes('command=fetch')) {
        response.end(body === '' ? version2 : main);
        return;
      }
      response.write(packet('packfile'));
      const write = () => {
        if (!response.destroyed) {
          response.write(progress, write);
        }
      };
      write();
    };
    expect((await failure()).message).toMatch(/more than the 67108864 bytes/);
  });

  it('is not believed when it says what a tag stands for', async () => {
    const tree = Buffer.alloc(0);
    const commitOf = (message: string) =>
      Buffer.from(
        `tree ${oidOf('tree', tree).toString('hex')}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n${message}`,
      );
    const [good, evil] = [commitOf('good'), commitOf('evil')];
    const name = (content: Buffer) => oidOf('commit', content).toString('hex');
    const tag = Buffer.from(
      `object ${name(good)}\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nsigned`,
    );
    const tagName = oidOf('tag', tag).toString('hex');
    const pack = makePack([
      { type: COMMIT, content: good },
      { type: COMMIT, content: evil },
      { type: TREE, content: tree },
      { type: TAG, content: tag },
    ]);
    const body = Buffer.concat([
      Buffer.from(packet('packfile')),
      band(1, pack),
      Buffer.from(FLUSH),
    ]);
    const fetch = (peeled: string) => {
      script(packet(`${tagName} refs/tags/v1 peeled:${peeled}`) + FLUSH, body);
      return fetches.fetch({ url: base, ref: { tag: 'v1' } });
    };
    expect(await fetch(name(good))).toMatchObject({
      revision: `v1@sha1:${name(good)}`,
    });
    await expect(fetch(name(evil))).rejects.toThrow(
      /the tag v1 does not stand for the commit/,
    );
  });

  it('ends when the time is over', async () => {
    answer = (body, response) => {
      if (body === '') {
        response.write(version2.slice(0, 10));
      }
    };
    const ending = new AbortController();
    const fetching = fetches.fetch(
      { ...MAIN, url: base },
      { signal: ending.signal },
    );
    ending.abort(new Error('no answer within spec.timeout (60s)'));
    await expect(fetching).rejects.toThrow('no answer within spec.timeout');
  });

  it('gets the credential in an address, which no message tells', async () => {
    const url = base.replace('//', '//ada:p%40ss-canary@');
    answer = (_, response) => response.writeHead(401).end();
    const error = await fetches
      .fetch({ ...MAIN, url })
      .catch((reason: Error) => reason);
    expect((error as Error).message).not.toContain('canary');
    expect(seen[0].headers.authorization).toBe(
      `Basic ${Buffer.from('ada:p@ss-canary').toString('base64')}`,
    );
    expect(seen[0].url).not.toContain('canary');
  });
});
