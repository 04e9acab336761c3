import { SocksClient } from 'socks';
import { buildConnector } from 'undici';
import { NetworkGuard } from './NetworkGuard';

/** Bound of the way through the proxy, as of any connection. */
const TIMEOUT_MS = 30_000;

/** Connects through a SOCKS5 proxy, which looks names up itself. */
export function connectBySocks(options: {
  host: string;
  port: number;
  username: string;
  password: string;
  tls: buildConnector.BuildOptions;
  guard: NetworkGuard;
}): buildConnector.connector {
  const { guard } = options;
  const upgrade = buildConnector(options.tls);
  return (target, callback) => {
    const secure = target.protocol === 'https:';
    const port = Number(target.port || (secure ? 443 : 80));
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const open = async () => {
      guard.checkTarget(host, port);
      const [proxy] = await guard.resolve(options.host, options.port);
      const { socket } = await SocksClient.createConnection({
        command: 'connect',
        proxy: {
          type: 5,
          host: proxy.address,
          port: options.port,
          ...(options.username && {
            userId: options.username,
            password: options.password,
          }),
        },
        destination: { host, port },
        timeout: TIMEOUT_MS,
      });
      return socket;
    };
    open().then(
      socket => {
        if (secure) {
          upgrade({ ...target, httpSocket: socket }, callback);
        } else {
          callback(null, socket.setNoDelay(true));
        }
      },
      error => callback(error, null),
    );
  };
}
