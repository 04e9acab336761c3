import { createServer, IncomingMessage } from 'node:http';
import {
  AddressInfo,
  connect,
  createServer as createTcpServer,
  Socket,
} from 'node:net';

/** A proxy of a test, and what went through it. */
export interface TestProxy {
  address: string;
  /** `host:port` of each target, and the credential that came with it. */
  targets: { target: string; credential: string | undefined }[];
  stop(): Promise<void>;
}

/** A plain HTTP proxy: tunnels by CONNECT, and whole addresses. */
export async function startHttpProxy(): Promise<TestProxy> {
  const targets: TestProxy['targets'] = [];
  const remember = (target: string, request: IncomingMessage) =>
    targets.push({
      target,
      credential: request.headers['proxy-authorization'],
    });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!);
    remember(url.host, request);
    const answer = await fetch(url);
    response.writeHead(answer.status).end(await answer.text());
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    remember(request.url!, request);
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A SOCKS5 proxy (RFC 1928, 1929) that knows CONNECT only. */
export async function startSocksProxy(): Promise<TestProxy> {
  const targets: TestProxy['targets'] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer(client => {
    sockets.add(client);
    client.on('error', () => {});
    let credential: string | undefined;
    const steps = [greet, authenticate, open];
    client.on('data', function step(data: Buffer) {
      steps.shift()!(data);
      if (steps.length === 0) {
        client.off('data', step);
      }
    });

    function greet(data: Buffer) {
      const method = data.subarray(2).includes(2) ? 2 : 0;
      if (method === 0) {
        steps.shift();
      }
      client.write(Buffer.from([5, method]));
    }

    function authenticate(data: Buffer) {
      const user = data.subarray(2, 2 + data[1]);
      credential = `${user}:${data.subarray(3 + data[1])}`;
      client.write(Buffer.from([1, 0]));
    }

    function open(data: Buffer) {
      const named = data[3] === 3;
      const host = named
        ? data.subarray(5, 5 + data[4]).toString()
        : data.subarray(4, 8).join('.');
      const port = data.readUInt16BE(data.length - 2);
      targets.push({ target: `${host}:${port}`, credential });
      const upstream = connect(port, host, () => {
        client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        client.pipe(upstream).pipe(client);
      });
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        sockets.forEach(socket => socket.destroy());
      }),
  };
}
