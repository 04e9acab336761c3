import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import {
  ConnectionSettings,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';
import { Agent, buildConnector, Dispatcher, ProxyAgent } from 'undici';
import { connectBySocks } from './connectBySocks';
import { NetworkGuard } from './NetworkGuard';

/** Sockets to one origin; more requests wait for one of them. */
const CONNECTIONS = 16;

const POOL_OPTIONS = {
  connections: CONNECTIONS,
  pipelining: 1,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
} as const;

/** Connections of one kind, guarded at the moment they are made. */
export function createDispatcher(
  settings: ConnectionSettings,
  guard: NetworkGuard,
): Dispatcher {
  const tls = tlsOptions(settings.tls);
  if (!settings.proxy) {
    return new Agent({
      ...POOL_OPTIONS,
      connect: guardedConnector(tls, guard),
    });
  }
  return createProxyDispatcher(settings.proxy, tls, guard);
}

function createProxyDispatcher(
  proxy: NonNullable<ConnectionSettings['proxy']>,
  tls: buildConnector.BuildOptions,
  guard: NetworkGuard,
): Dispatcher {
  const url = readProxyAddress(proxy.address);
  const username = proxy.username ?? decodeURIComponent(url.username);
  const password = proxy.password ?? decodeURIComponent(url.password);
  if (isAddress(url.hostname)) {
    guard.checkTarget(url.hostname, portOf(url));
  }
  if (url.protocol === 'socks5:') {
    return new Agent({
      ...POOL_OPTIONS,
      connect: connectBySocks({
        ...{ host: url.hostname, port: portOf(url) },
        ...{ username, password, tls, guard },
      }),
    });
  }
  const agent = new ProxyAgent({
    ...POOL_OPTIONS,
    uri: url.origin,
    // Plain requests need no tunnel, and many proxies refuse one to port 80.
    proxyTunnel: false,
    requestTls: tls,
    proxyTls: { lookup: guard.lookupFor(portOf(url)) } as never,
    ...(username && {
      token: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    }),
  });
  return agent.compose(dispatch => (options, handler) => {
    const origin = new URL(String(options.origin));
    guard.checkTarget(origin.hostname, portOf(origin));
    return dispatch(options, handler);
  });
}

function readProxyAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw badProxy('is no URL');
  }
  if (!['http:', 'https:', 'socks5:'].includes(url.protocol)) {
    throw badProxy(`begins with ${url.protocol}//`);
  }
  return url;
}

function badProxy(problem: string): NetworkError {
  return new NetworkError(
    'GITOPS_NETWORK_UNREACHABLE',
    `the address of the proxy ${problem}; it must look like http://host:port, https://host:port or socks5://host:port`,
  );
}

/** What may be connected to can depend on the port, so each has a connector. */
function guardedConnector(
  tls: buildConnector.BuildOptions,
  guard: NetworkGuard,
): buildConnector.connector {
  const connectors = new Map<number, buildConnector.connector>();
  return (options, callback) => {
    const port = Number(
      options.port || (options.protocol === 'https:' ? 443 : 80),
    );
    try {
      // Addresses are not looked up, so they are checked here.
      if (isAddress(options.hostname)) {
        guard.checkTarget(options.hostname, port);
      }
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    let connect = connectors.get(port);
    if (!connect) {
      connect = buildConnector({ ...tls, lookup: guard.lookupFor(port) });
      connectors.set(port, connect);
    }
    connect(options, callback);
  };
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

function tlsOptions(
  tls: ConnectionSettings['tls'] = {},
): buildConnector.BuildOptions {
  return {
    // A CA in a Secret adds to the system's, as with Flux.
    ...(tls.ca !== undefined && { ca: [...rootCertificates, tls.ca] }),
    ...(tls.certificate !== undefined && {
      cert: tls.certificate,
      key: tls.privateKey,
    }),
    ...(tls.insecureSkipVerify && { rejectUnauthorized: false }),
  };
}

const DEFAULT_PORTS: Record<string, number> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
};

function portOf(url: URL): number {
  return url.port ? Number(url.port) : DEFAULT_PORTS[url.protocol];
}
