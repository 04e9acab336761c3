import { createHmac } from 'node:crypto';
import {
  NotificationError,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';

const SCOPE = 'https://eventhubs.azure.net/.default';
const SUFFIX = '.servicebus.windows.net';
/** Seconds; the signature is used at once. */
const VALID_S = 300;

/**
 * Azure Event Hubs, by its HTTPS API: the event as an event of the hub. The address is
 * a connection string, or the name of a hub with the channel for its namespace.
 */
export const azureeventhub: NotificationType = {
  type: 'azureeventhub',
  async send({ event }, target) {
    const address = required(
      target.address,
      "hub; set spec.address, or the key 'address' of its Secret",
    );
    const { url, authorization } = address.includes('SharedAccessKey')
      ? byConnectionString(address, target.now())
      : await byIdentity(address, target);
    await post(target, {
      url: `${url}/messages?api-version=2014-01`,
      authorization,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
  },
};

function byConnectionString(
  text: string,
  now: number,
): { url: string; authorization: string } {
  const parts = new Map(
    text.split(';').map(part => {
      const at = part.indexOf('=');
      return [
        part.slice(0, at).trim().toLowerCase(),
        part.slice(at + 1).trim(),
      ];
    }),
  );
  const endpoint = parts.get('endpoint') ?? '';
  const [host] = /(?<=^sb:\/\/)[^/:]+/.exec(endpoint) ?? [];
  const [hub, name, key] = [
    'entitypath',
    'sharedaccesskeyname',
    'sharedaccesskey',
  ].map(part => parts.get(part));
  if (!host || !hub || !name || !key) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address is no connection string of a hub: it needs Endpoint=sb://<namespace>, SharedAccessKeyName, SharedAccessKey and EntityPath; copy that of the hub, not that of the namespace',
    );
  }
  const url = `https://${host}/${hub}`;
  const resource = encodeURIComponent(url.toLowerCase());
  const expiry = Math.floor(now / 1_000) + VALID_S;
  const signature = createHmac('sha256', key)
    .update(`${resource}\n${expiry}`)
    .digest('base64');
  return {
    url,
    authorization: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${encodeURIComponent(name)}`,
  };
}

async function byIdentity(
  hub: string,
  target: NotificationTarget,
): Promise<{ url: string; authorization: string }> {
  const namespace = required(
    target.channel,
    'namespace of the hub; set spec.channel to it',
  );
  const host = namespace.includes('.servicebus.')
    ? namespace
    : `${namespace}${SUFFIX}`;
  const token = target.token || (await target.cloudToken('azure', SCOPE));
  return {
    url: `https://${host}/${encodeURIComponent(hub)}`,
    authorization: `Bearer ${token}`,
  };
}
