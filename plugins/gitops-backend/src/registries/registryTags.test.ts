// Servers: the sandbox's registry, and some of Node that answer as no registry does.
import { Readable } from 'node:stream';
import { all, at, image, clientTest } from './__testUtils__/clientTest';
import { tagPages } from './tagPages';

jest.setTimeout(120_000);

describe('pages of tags', () => {
  const { clientFor, sandbox, serve } = clientTest();
  it('are followed to the end', async () => {
    const registry = await sandbox({ pageSize: 7 });
    const wanted: string[] = [];
    for (let i = 0; i < 50; i++) {
      wanted.push(`v${String(i).padStart(3, '0')}`);
      await registry.push('team/app', image(), wanted[i]);
    }
    expect(await all(clientFor().tags(at(registry)))).toEqual(wanted);
    expect(
      registry.requests.filter(({ operation }) => operation === 'tags'),
    ).toHaveLength(8);
  });

  const linking = (link: (path: string) => string) =>
    serve((request, response) => {
      const link_ = link(request.url!);
      response.writeHead(200, { link: `<${link_}>; rel="next"` });
      response.end('{"tags":["a"]}');
    });

  it('that lead back to themselves are an error', async () => {
    const server = await linking(() => '/v2/team/app/tags/list?n=1000');
    await expect(all(clientFor().tags(at(server)))).rejects.toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
      message: expect.stringContaining('do not come to an end: after 1 page'),
    });
  });

  it('without end are an error', async () => {
    let page = 0;
    const transport: Parameters<typeof tagPages>[0] = {
      send: (_, read) => {
        page += 1;
        const link = `</v2/a/tags/list?last=${page}>; rel="next"`;
        return read({
          ...{ status: 200, headers: { link } },
          url: new URL('https://registry.test'),
          body: Readable.from([]),
          text: async () => '{"tags":["a"]}',
          bytes: async () => Buffer.alloc(0),
          dump: async () => {},
        });
      },
    };
    const { signal } = new AbortController();
    const repository = { registry: 'registry.test', name: 'a' };
    await expect(all(tagPages(transport, repository, signal))).rejects.toThrow(
      'do not come to an end: after 2000 pages',
    );
  });

  it('are asked for where the registry is, whatever it calls itself', async () => {
    const asked: string[] = [];
    const server = await serve((request, response) => {
      asked.push(request.url!);
      response.writeHead(200, {
        ...(request.url?.endsWith('n=1000') && {
          link: '<http://169.254.169.254/v2/team/app/tags/list?last=a>; rel="next"',
        }),
      });
      response.end('{"tags":["a"]}');
    });
    await all(clientFor().tags(at(server)));
    expect(asked.slice(1)).toEqual([
      '/v2/team/app/tags/list?n=1000',
      '/v2/team/app/tags/list?last=a',
    ]);
    const elsewhere = await linking(() => 'http://169.254.169.254/x');
    await expect(all(clientFor().tags(at(elsewhere)))).rejects.toThrow(
      'names a next page of tags',
    );
  });

  it('leave out what is no tag', async () => {
    const server = await serve((_, response) => {
      response.end(
        JSON.stringify({
          tags: ['ok', 'a/b', '', 'x'.repeat(10_000), 7, null, '../v2'],
        }),
      );
    });
    expect(await all(clientFor().tags(at(server)))).toEqual(['ok']);
  });

  it.each(['[]', 'null', '{"tags":null}'])('are none in %s', async body => {
    const server = await serve((_, response) => response.end(body));
    expect(await all(clientFor().tags(at(server)))).toEqual([]);
  });

  it.each(['', '{"tags":7}', '<html>'])('are not %j', async body => {
    const server = await serve((_, response) => response.end(body));
    await expect(all(clientFor().tags(at(server)))).rejects.toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
    });
  });
});
