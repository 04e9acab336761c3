import net from 'node:net';

function isFree(port) {
  return new Promise(resolve => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Fails with all busy ports at once, and the option that moves each. */
export async function requireFreePorts(wanted) {
  const busy = [];
  for (const { port, option, what } of wanted) {
    if (!(await isFree(port))) {
      busy.push(
        `Port ${port} (${what}) is in use; stop what listens there or choose another with --${option}`,
      );
    }
  }
  if (busy.length > 0) {
    throw new Error(busy.join('\n'));
  }
}
