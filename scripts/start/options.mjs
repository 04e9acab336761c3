import { parseArgs } from 'node:util';

export const help = `Starts the portal: a Backstage app and backend, beside a sandbox cluster and Git server.

  npm start                               the demo, everything on this machine
  npm start -- --kubeconfig FILE          a real cluster as home: observed and planned, nothing is written
  npm start -- --kubeconfig FILE --write  a real cluster as home, reconciled

Options
  --kubeconfig FILE       use the cluster of this kubeconfig as home; no sandbox is started
  --context NAME          context of the kubeconfig (default: its current one)
  --write                 reconcile the objects of that cluster and install missing CRDs;
                          without it the portal observes, plans and writes nothing
  --portal-port N         the app (default 3000)
  --backend-port N        the backend (default 7007)
  --kubernetes-port N     the sandbox's Kubernetes API (default 6443)
  --git-port N            the sandbox's Git server (default 8418)
  --registry-port N       the sandbox's registry of images (default 8419)
  --data-dir DIR          where state is kept (default .data); with another folder the
                          sandbox's kubeconfig is written there too
  --no-app                leave out the app, start the rest
  --help                  this text

State is kept under .data/; delete that folder to begin anew.`;

const PORTS = {
  'portal-port': 3000,
  'backend-port': 7007,
  'kubernetes-port': 6443,
  'git-port': 8418,
  'registry-port': 8419,
};

function port(values, name) {
  const text = values[name];
  if (text === undefined) {
    return PORTS[name];
  }
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65535) {
    throw new Error(
      `--${name} is '${text}'; it must be a port number from 1 to 65535`,
    );
  }
  return number;
}

/** Reads the command line; errors say which option and what is allowed. */
export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        write: { type: 'boolean', default: false },
        'no-app': { type: 'boolean', default: false },
        'data-dir': { type: 'string', default: '.data' },
        ...Object.fromEntries(
          Object.keys(PORTS).map(name => [name, { type: 'string' }]),
        ),
      },
    }));
  } catch (error) {
    throw new Error(`${error.message}\nSee npm start -- --help`);
  }
  for (const needsKubeconfig of ['context', 'write']) {
    if (values[needsKubeconfig] && !values.kubeconfig) {
      throw new Error(
        `--${needsKubeconfig} goes with --kubeconfig; see npm start -- --help`,
      );
    }
  }
  return {
    kubeconfig: values.kubeconfig,
    context: values.context,
    write: values.write,
    app: !values['no-app'],
    dataDir: values['data-dir'],
    sandboxKubeconfig:
      values['data-dir'] === '.data'
        ? '.sandbox/kubeconfig'
        : `${values['data-dir']}/kubeconfig`,
    portalPort: port(values, 'portal-port'),
    backendPort: port(values, 'backend-port'),
    kubernetesPort: port(values, 'kubernetes-port'),
    gitPort: port(values, 'git-port'),
    registryPort: port(values, 'registry-port'),
  };
}
