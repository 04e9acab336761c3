import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, ProxyAgent, type Dispatcher } from 'undici';
import { KubeConfigError } from '../errors/errors';

/**
 * Decides which addresses may be connected to, at the moment when they are:
 * for clusters that somebody else than the operator named.
 *
 * @public
 */
export interface AddressGuard {
  /** Throws for an address, or a name behind a proxy, that is not allowed. */
  checkTarget(host: string, port: number): void;
  /** Looks names up and gives only addresses that may be connected to. */
  lookupFor(port: number): LookupFunction;
}

const CONNECT_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 30_000;

/** Connections to one API server, directly or through a proxy. */
export function openDispatcher(options: {
  server: URL;
  tls: buildConnector.BuildOptions;
  proxyUrl?: string;
  guard?: AddressGuard;
}): Dispatcher {
  const { tls, proxyUrl, guard } = options;
  if (proxyUrl) {
    const proxy = readProxy(proxyUrl);
    guard?.checkTarget(hostOf(options.server), portOf(options.server));
    guardAddress(proxy, guard);
    return new ProxyAgent({
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      uri: proxy.href,
      requestTls: tls,
      ...(guard && {
        proxyTls: { lookup: guard.lookupFor(portOf(proxy)) } as never,
      }),
    });
  }
  guardAddress(options.server, guard);
  return new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    connect: {
      ...tls,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      ...(guard && { lookup: guard.lookupFor(portOf(options.server)) }),
    },
  });
}

/** An address is not looked up, so it is checked here; there is only this one. */
function guardAddress(url: URL, guard: AddressGuard | undefined): void {
  if (isIP(hostOf(url)) !== 0) {
    guard?.checkTarget(hostOf(url), portOf(url));
  }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

function readProxy(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw new KubeConfigError('only HTTP and HTTPS proxies are supported', {
      field: 'clusters[].cluster.proxy-url',
    });
  }
  return url;
}
