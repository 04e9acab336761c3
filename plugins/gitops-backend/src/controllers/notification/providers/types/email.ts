import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import {
  Notification,
  NotificationError,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { required } from '../post';
import { facts, htmlText, isError, reasonWords } from '../words';

const PORTS = { 'smtp:': 587, 'smtps:': 465 };
const DOMAIN = 'backstage-gitops.invalid';

/**
 * Mail by SMTP. The address is `smtp://<host>[:587]` (STARTTLS, required with a
 * password) or `smtps://<host>[:465]`, the channel has the recipients, `spec.username`
 * the sender; `username` and `password` of the Secret log in.
 */
export const email: NotificationType = {
  type: 'email',
  async send(notification, target) {
    const to = required(
      target.channel,
      'recipients; set spec.channel to their addresses',
    );
    const from = required(
      target.provider.spec.username ?? '',
      'sender; set spec.username to its address',
    );
    const transport = createTransport(await serverOf(target));
    const abort = () => transport.close();
    target.signal.addEventListener('abort', abort);
    try {
      await transport.sendMail({
        ...{ from, to },
        ...messageOf(notification),
        // Nothing of a message names a file or an address to be read.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      throw failure(error);
    } finally {
      target.signal.removeEventListener('abort', abort);
      transport.close();
    }
  },
};

async function serverOf({
  address,
  connection,
  guard,
  password,
  provider,
  secret,
}: NotificationTarget) {
  const text = required(
    address,
    "mail server; set spec.address, or the key 'address' of its Secret",
  );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address of the Provider is none of a mail server (smtp://<host>:587 or smtps://<host>:465); correct spec.address',
    );
  }
  if (connection.proxy) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'mail is not sent through a proxy; remove spec.proxySecretRef of the Provider',
    );
  }
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || PORTS[url.protocol]);
  const [found] = await guard.resolve(name, port);
  const user = secret('username') || provider.spec.username;
  const hasLogin = password !== '' && user !== undefined;
  const { ca, certificate, privateKey } = connection.tls ?? {};
  return {
    host: found.address,
    port,
    secure: url.protocol === 'smtps:',
    requireTLS: hasLogin,
    ...(hasLogin && { auth: { user, pass: password } }),
    tls: {
      ...(isIP(name) === 0 && { servername: name }),
      ...{ ca, cert: certificate, key: privateKey },
    },
  };
}

function messageOf({ event, home }: Notification) {
  const { kind, namespace, name, uid = '' } = event.involvedObject;
  const object = `${kind} ${namespace}/${name}`;
  const lines = [...facts(event), ['home', home], ['reason', event.reason]];
  const digest = createHash('sha256')
    .update(JSON.stringify([home, event]))
    .digest('hex');
  return {
    subject: oneLine(
      `${isError(event) ? '[error]' : '[info]'} ${object}: ${reasonWords(event)}`,
    ),
    // The same for the same event, so that a repeat is known as one.
    messageId: `<${digest.slice(0, 40)}@${DOMAIN}>`,
    // All about one object is one thread.
    references: `<${createHash('sha256')
      .update(`${home}/${uid || object}`)
      .digest('hex')
      .slice(0, 40)}@${DOMAIN}>`,
    date: new Date(event.timestamp),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    text: [
      object,
      '',
      event.message,
      '',
      ...lines.map(([key, value]) => `${key}: ${value}`),
      '',
    ].join('\n'),
    html: [
      `<h3 style="color:${isError(event) ? '#b3261e' : '#1a6b3c'}">${htmlText(object)}</h3>`,
      `<p style="white-space:pre-wrap">${htmlText(event.message)}</p>`,
      '<table>',
      ...lines.map(
        ([key, value]) =>
          `<tr><td>${htmlText(key)}</td><td>${htmlText(value)}</td></tr>`,
      ),
      '</table>',
    ].join('\n'),
  };
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]+/g, ' ').slice(0, 200);
}

/** A server that answers with 5xx would do so again (RFC 5321). */
function failure(error: unknown): Error {
  const { code, responseCode, message } = error as {
    code?: string;
    responseCode?: number;
    message: string;
  };
  const isRefusal =
    responseCode === undefined
      ? code === 'EAUTH' || code === 'EENVELOPE'
      : responseCode >= 500;
  return new NotificationError(
    isRefusal ? 'NOTIFICATION_REFUSED' : 'NOTIFICATION_UNDELIVERED',
    `the mail server did not take it: ${message}`,
  );
}
