import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxError } from './errors';

/** Listens on a port (0 for any) and returns the one it got. @throws SandboxError */
export async function listen(
  server: Server,
  { port, host, what }: { port: number; host: string; what: string },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      reject(toSandboxError(error, port, host, what));
    server.once('error', onError);
    server.listen({ port, host }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function toSandboxError(
  error: NodeJS.ErrnoException,
  port: number,
  host: string,
  what: string,
): SandboxError {
  if (error.code === 'EADDRINUSE') {
    return new SandboxError({
      code: 'port-in-use',
      port,
      message: `Port ${port} for ${what} is in use on ${host}.`,
      hint: 'Stop what listens there, or choose another port; port 0 takes any free one.',
      cause: error,
    });
  }
  return new SandboxError({
    code: 'address-unavailable',
    port,
    message: `${what} cannot listen on ${host}:${port}: ${error.code ?? error.message}.`,
    hint: 'Choose an address of this machine and a port above 1023.',
    cause: error,
  });
}

/** Closes a server and all its connections. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
