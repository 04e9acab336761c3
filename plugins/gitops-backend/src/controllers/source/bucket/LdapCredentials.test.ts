// Server: the token service of the sandbox's S3 server, as MinIO has it.
import { SandboxS3, startS3Server } from '@backstage-gitops/sandbox';
import { HttpPool } from '../../../net/HttpPool';
import { localPool } from '../../../s3/__testUtils__/servers';
import { LdapCredentials } from './LdapCredentials';

describe('LdapCredentials', () => {
  let pool: HttpPool;
  let server: SandboxS3;
  let time: number;

  beforeEach(async () => {
    pool = localPool();
    time = Date.now();
    server = await startS3Server({ now: () => new Date(time) });
    server.allowLdap('ann', 'hunter2');
  });

  afterEach(async () => {
    await pool.close();
    await server.stop();
  });

  const create = (password: string) =>
    new LdapCredentials({
      http: pool.open(),
      endpoint: server.url,
      username: 'ann',
      password,
      signal: new AbortController().signal,
      now: () => time,
    });

  it('asks once for all who need them, and again before they end', async () => {
    const credentials = create('hunter2');
    const [first, second] = await Promise.all([
      credentials.get(),
      credentials.get(),
    ]);
    expect(second).toBe(first);
    expect(first).toEqual({
      accessKeyId: expect.stringMatching(/^ASIA/),
      secretAccessKey: expect.any(String),
      sessionToken: expect.any(String),
    });
    time += 3_000_000;
    expect(await credentials.get()).toBe(first);
    time += 599_000;
    expect(await credentials.get()).not.toEqual(first);
  });

  it('says why it gets none, without the password', async () => {
    const { port } = server;
    await expect(create('secret-word').get()).rejects.toThrow(
      `the STS endpoint 127.0.0.1:${port} answered with status 400 (InvalidParameterValue): LDAP server error: the user cannot sign in.`,
    );
  });

  it('asks again after a failure', async () => {
    server.faults.inject({ status: 503, times: 1 });
    const credentials = create('hunter2');
    await expect(credentials.get()).rejects.toThrow('status 503');
    expect(await credentials.get()).toMatchObject({
      accessKeyId: expect.any(String),
    });
  });
});
