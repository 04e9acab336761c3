// The programs themselves: smtp-server (Nodemailer), nats-server and Alertmanager
// (Debian). What is not on this machine is skipped.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { AddressInfo, createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '@nats-io/transport-node';
import { createUser } from '@nats-io/nkeys';
import { createCertificates } from '@backstage-gitops/sandbox';
import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { SMTPServer, SMTPServerOptions } from 'smtp-server';
import { ServiceSink } from './__testUtils__/ServiceSink';
import { targetOf, TargetSettings } from './__testUtils__/targetOf';
import { alertmanager } from './types/alertmanager';
import { email } from './types/email';
import { nats } from './types/nats';

jest.setTimeout(60_000);

const NATS = '/usr/sbin/nats-server';
const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';

const event = (change: Partial<NotificationEvent> = {}): NotificationEvent => ({
  involvedObject: {
    ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    ...{ namespace: 'team', name: 'app', uid: 'uid-1' },
  },
  ...{ severity: 'error', timestamp: '2026-11-23T10:11:12Z' },
  ...{ message: 'health check failed', reason: 'HealthCheckFailed' },
  metadata: { revision: 'main@sha1:abc', summary: 'a demo' },
  reportingController: 'kustomize-controller',
  ...change,
});

const notification = (change?: Partial<NotificationEvent>) => ({
  event: event(change),
  alert: { namespace: 'team', name: 'alert', uid: 'alert-uid' },
  home: 'demo',
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => {
    server.close(resolve);
  });
  return port;
}

/** A program that is ready once it has said so, and how to end it. */
async function run(
  command: string,
  args: readonly string[],
  ready: RegExp,
): Promise<() => Promise<void>> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (ready.test(said)) {
        resolve();
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`${command} ended: ${said}`)));
  });
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

let sink: ServiceSink;
let directory: string;
beforeAll(async () => {
  sink = await ServiceSink.start();
  directory = await mkdtemp(path.join(tmpdir(), 'gitops-services-'));
});
afterAll(async () => {
  await sink.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('email', () => {
  interface Mail {
    from: string;
    to: string[];
    text: string;
    isSecure: boolean;
    user?: string;
  }
  let server: SMTPServer;
  let mails: Mail[];
  let certificates: { ca: string; key: string; cert: string };

  beforeAll(async () => {
    const { ca, server: own } = await createCertificates();
    certificates = {
      ca: ca.certificate,
      cert: own.certificate,
      key: own.privateKey,
    };
  });
  beforeEach(() => {
    mails = [];
  });
  afterEach(
    () =>
      new Promise<void>(resolve => {
        server.close(resolve);
      }),
  );

  async function serve(options: SMTPServerOptions): Promise<string> {
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      onAuth: ({ username, password }, _, done) =>
        password === 'hunter22'
          ? done(null, { user: username })
          : done(new Error(`no such password: ${password}`)),
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString('utf8'),
            isSecure: session.secure,
            user: session.user,
          });
          done();
        });
      },
      ...options,
    });
    server.on('error', () => {});
    const inner: Server = server.listen(0, '127.0.0.1');
    await new Promise<void>(resolve => {
      inner.once('listening', () => resolve());
    });
    return `127.0.0.1:${(inner.address() as AddressInfo).port}`;
  }

  const send = async (
    settings: Partial<TargetSettings>,
    change?: Partial<NotificationEvent>,
    ca?: string,
  ) => {
    const target = targetOf(
      {
        type: 'email',
        channel: 'team@example.com, Ops <ops@example.com>',
        specUsername: 'GitOps <gitops@example.com>',
        ...settings,
      },
      sink,
    );
    try {
      await email.send(notification(change), {
        ...target,
        connection: ca ? { tls: { ca } } : {},
      });
    } finally {
      await target.close();
    }
  };

  it('goes to all recipients, as one thread for each object', async () => {
    const host = await serve({});
    await send({ address: `smtp://${host}` });
    await send({ address: `smtp://${host}` });
    expect(mails).toHaveLength(2);
    expect(mails[0]).toMatchObject({
      from: 'gitops@example.com',
      to: ['team@example.com', 'ops@example.com'],
    });
    const { text } = mails[0];
    expect(text).toContain(
      'Subject: [error] Kustomization team/app: health check failed',
    );
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('revision: main@sha1:abc');
    expect(text).toContain('multipart/alternative');
    const idOf = (mail: Mail) => /^Message-ID:\s+(\S+)/m.exec(mail.text)?.[1];
    expect(idOf(mails[0])).toMatch(/^<[0-9a-f]{40}@/);
    expect(idOf(mails[1])).toBe(idOf(mails[0]));
  });

  it('lets no message add headers, recipients or HTML', async () => {
    const host = await serve({});
    await send(
      { address: `smtp://${host}` },
      {
        reason: 'Broken\r\nBcc: evil@example.com\r\n',
        message: '<script>alert(1)</script>\r\n.\r\nMAIL FROM:<x@y>',
        involvedObject: {
          ...event().involvedObject,
          name: 'a\r\nX-Evil: 1',
        },
      },
    );
    const [{ text, to }] = mails;
    expect(mails).toHaveLength(1);
    expect(to).toEqual(['team@example.com', 'ops@example.com']);
    const [headers] = text.split('\r\n\r\n');
    expect(headers).not.toMatch(/^(Bcc|X-Evil):/im);
    const html = text.slice(text.indexOf('text/html'));
    expect(html).not.toContain('<script>');
    expect(html).toContain('&#60;script&#62;');
  });

  it('says no password where nothing is encrypted', async () => {
    const host = await serve({ allowInsecureAuth: true });
    const sent = send({
      address: `smtp://${host}`,
      password: 'hunter22',
      secret: { username: 'gitops' },
    });
    await expect(sent).rejects.toMatchObject({ name: 'NotificationError' });
    expect(mails).toEqual([]);
  });

  it('logs in after STARTTLS, to a server that the CA vouches for', async () => {
    const host = await serve({
      ...certificates,
      disabledCommands: [],
      authOptional: false,
    });
    const settings = {
      address: `smtp://${host}`,
      password: 'hunter22',
      secret: { username: 'gitops' },
    };
    await expect(send(settings)).rejects.toThrow(/certificate/i);
    expect(mails).toEqual([]);
    const name = `smtp://localhost:${host.split(':')[1]}`;
    await send({ ...settings, address: name }, undefined, certificates.ca);
    expect(mails).toMatchObject([{ isSecure: true, user: 'gitops' }]);
  });

  it('is refused for good where the login or a recipient is wrong', async () => {
    const host = await serve({
      ...certificates,
      disabledCommands: [],
      onRcptTo: (_, __, done) => {
        const refused = new Error('no such user here') as Error & {
          responseCode: number;
        };
        refused.responseCode = 550;
        done(refused);
      },
    });
    const address = `smtp://localhost:${host.split(':')[1]}`;
    const login = { password: 'wrong-password', secret: { username: 'u' } };
    await expect(
      send({ address, ...login }, undefined, certificates.ca),
    ).rejects.toMatchObject({ code: 'NOTIFICATION_REFUSED' });
    await expect(
      send({ address }, undefined, certificates.ca),
    ).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: expect.stringContaining('no such user here'),
    });
  });

  it('is tried again where the server has no time', async () => {
    const host = await serve({
      onMailFrom: (_, __, done) => {
        const busy = new Error('come again') as Error & {
          responseCode: number;
        };
        busy.responseCode = 451;
        done(busy);
      },
    });
    await expect(send({ address: `smtp://${host}` })).rejects.toMatchObject({
      code: 'NOTIFICATION_UNDELIVERED',
    });
  });
});

const withNats = existsSync(NATS) ? describe : describe.skip;
withNats('nats', () => {
  const user = createUser();
  const seed = new TextDecoder().decode(user.getSeed());
  let port: number;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    port = await freePort();
    const config = path.join(directory, 'nats.conf');
    await writeFile(
      config,
      `listen: 127.0.0.1:${port}
authorization {
  users = [
    { user: flux, password: "hunter22", permissions: { publish: "events.>", subscribe: ">" } }
    { nkey: ${user.getPublicKey()}, permissions: { publish: "events.>" } }
  ]
}
`,
    );
    stop = await run(NATS, ['-c', config], /Server is ready/);
  });
  afterAll(() => stop?.());

  const send = async (settings: Partial<TargetSettings>) => {
    const target = targetOf(
      { type: 'nats', address: `nats://127.0.0.1:${port}`, ...settings },
      sink,
    );
    try {
      await nats.send(notification(), target);
    } finally {
      await target.close();
    }
  };

  it('has the event, from a user and from a key', async () => {
    const listener = await connect({
      servers: `127.0.0.1:${port}`,
      ...{ user: 'flux', pass: 'hunter22' },
    });
    const messages = listener.subscribe('events.flux', { max: 2 });
    await listener.flush();
    const login = { username: 'flux', password: 'hunter22' };
    await send({ channel: 'events.flux', ...login });
    await send({ channel: 'events.flux', secret: { nkey: seed } });
    const arrived: unknown[] = [];
    for await (const message of messages) {
      arrived.push(message.json());
    }
    expect(arrived).toEqual([event(), event()]);
    await listener.close();
  });

  it('is refused for good where it may not publish, or not log in', async () => {
    const login = { username: 'flux', password: 'hunter22' };
    await expect(send({ channel: 'other', ...login })).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
    });
    await expect(
      send({ channel: 'events.a', ...login, password: 'wrong' }),
    ).rejects.toMatchObject({ code: 'NOTIFICATION_REFUSED' });
  });

  it('is tried again where nobody answers', async () => {
    const address = `nats://127.0.0.1:${await freePort()}`;
    await expect(send({ channel: 'events.a', address })).rejects.toMatchObject({
      code: 'NOTIFICATION_UNDELIVERED',
    });
  });
});

const withAlertmanager = existsSync(ALERTMANAGER) ? describe : describe.skip;
withAlertmanager('alertmanager', () => {
  let url: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const config = path.join(directory, 'alertmanager.yml');
    await writeFile(
      config,
      'route: {receiver: none}\nreceivers: [{name: none}]\n',
    );
    stop = await run(
      ALERTMANAGER,
      [
        `--config.file=${config}`,
        `--storage.path=${directory}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      /Listening|listening/,
    );
  });
  afterAll(() => stop?.());

  it('has the alert with its labels', async () => {
    const target = targetOf(
      { type: 'alertmanager', address: `${url}/api/v2/alerts` },
      sink,
    );
    // What came long ago is over by now.
    const timestamp = new Date().toISOString();
    await alertmanager.send(notification({ timestamp }), target);
    const alerts = await (await fetch(`${url}/api/v2/alerts`)).json();
    expect(alerts).toMatchObject([
      {
        status: { state: 'active' },
        labels: {
          alertname: 'FluxKustomizationHealthcheckfailed',
          ...{ severity: 'error', reason: 'HealthCheckFailed' },
          ...{ kind: 'Kustomization', name: 'app', namespace: 'team' },
          reportingcontroller: 'kustomize-controller',
          revision: 'main@sha1:abc',
        },
        annotations: { message: 'health check failed', summary: 'a demo' },
      },
    ]);
    await target.close();
  });
});
