// The demo, on Node 24: sandbox, backend and app, until Ctrl-C.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  bin,
  environment,
  fail,
  node24,
  root,
  typeScript,
} from '../lib/prepare.mjs';
import { readOptions } from './options.mjs';
import { requireFreePorts } from './ports.mjs';
import { Processes } from './processes.mjs';
import { runConfig } from './runConfig.mjs';

let stop = async () => {};
let interrupted = false;
let interrupt;
const interruption = new Promise(resolve => {
  interrupt = () => {
    interrupted = true;
    resolve();
  };
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (interrupted) {
      return;
    }
    console.log('\nStopping ...');
    interrupt();
  });
}

async function waitFor(what, check, logFile) {
  const started = Date.now();
  let said = started;
  while (!interrupted) {
    if (await check()) {
      console.log(
        `  ${what} ready after ${Math.round((Date.now() - started) / 1000)} s`,
      );
      return;
    }
    if (Date.now() - said > 15_000) {
      said = Date.now();
      console.log(
        `  ... waiting for ${what}, ${Math.round((said - started) / 1000)} s (log: ${path.relative(root, logFile)})`,
      );
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}

const answers = url => async () => {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
};

async function main() {
  const options = readOptions(process.argv.slice(2));
  const dataDir = path.resolve(root, options.dataDir);
  if (options.kubeconfig && !existsSync(options.kubeconfig)) {
    throw new Error(`--kubeconfig: there is no file ${options.kubeconfig}`);
  }
  await requireFreePorts([
    ...(options.app
      ? [{ port: options.portalPort, option: 'portal-port', what: 'portal' }]
      : []),
    { port: options.backendPort, option: 'backend-port', what: 'backend' },
    ...(options.kubeconfig
      ? []
      : [
          {
            port: options.kubernetesPort,
            option: 'kubernetes-port',
            what: "the sandbox's Kubernetes API",
          },
          {
            port: options.gitPort,
            option: 'git-port',
            what: "the sandbox's Git server",
          },
          {
            port: options.registryPort,
            option: 'registry-port',
            what: "the sandbox's registry",
          },
        ]),
  ]);
  mkdirSync(dataDir, { recursive: true });

  const processes = new Processes({
    logDir: path.join(dataDir, 'logs'),
    onFailure: async message => {
      console.error(`\n${message}`);
      process.exitCode = 1;
      interrupt();
    },
  });
  stop = () => processes.stop();
  const runTypeScript = (name, args, fatal) =>
    processes.start(name, node24, [...typeScript, ...args], {
      fatal,
      cwd: root,
      env: environment({ NODE_ENV: 'development' }),
    });

  const deliveredFile = path.join(dataDir, 'demo-delivered');
  let sandbox;
  if (!options.kubeconfig) {
    writeFileSync(deliveredFile, '');
    console.log(
      'Starting the sandbox: a small Kubernetes API, a Git server and a registry',
    );
    const readyFile = path.join(dataDir, 'sandbox.json');
    writeFileSync(readyFile, '');
    sandbox = runTypeScript('sandbox', [
      'scripts/sandbox/main.ts',
      `--kubernetes-port=${options.kubernetesPort}`,
      `--git-port=${options.gitPort}`,
      `--registry-port=${options.registryPort}`,
      `--data-dir=${path.join(dataDir, 'sandbox')}`,
      `--kubeconfig=${path.resolve(root, options.sandboxKubeconfig)}`,
      `--ready-file=${readyFile}`,
      `--delivered-file=${deliveredFile}`,
      '--demo',
    ]);
    await waitFor(
      'sandbox',
      async () => readFileSync(readyFile, 'utf8') !== '',
      sandbox.logFile,
    );
  }
  if (interrupted) {
    return;
  }

  const configFile = path.join(dataDir, 'app-config.run.yaml');
  writeFileSync(configFile, runConfig(options));
  const configs = ['app-config.yaml', configFile].flatMap(file => [
    '--config',
    path.resolve(root, file),
  ]);

  console.log('Starting the portal');
  const backend = runTypeScript(
    'backend',
    ['packages/backend/src/index.ts', ...configs],
    /threw an error during startup|Backend startup failed/,
  );
  const app = options.app
    ? processes.start(
        'app',
        path.join(bin, 'backstage-cli'),
        ['package', 'start', ...configs],
        {
          cwd: path.join(root, 'packages/app'),
          env: environment({ NODE_ENV: 'development', BROWSER: 'none' }),
        },
      )
    : undefined;
  await waitFor(
    'backend',
    answers(
      `http://127.0.0.1:${options.backendPort}/.backstage/health/v1/readiness`,
    ),
    backend.logFile,
  );
  if (app) {
    await waitFor(
      'portal',
      answers(`http://127.0.0.1:${options.portalPort}/`),
      app.logFile,
    );
  }
  if (sandbox) {
    await waitFor(
      'demo',
      () => readFileSync(deliveredFile, 'utf8') !== '',
      sandbox.logFile,
    );
  }
  if (interrupted) {
    return;
  }
  console.log(summary(options));
  await interruption;
}

function summary(options) {
  const lines = ['', 'Backstage GitOps is running.', ''];
  if (options.app) {
    lines.push(`  Portal          http://localhost:${options.portalPort}`);
  }
  lines.push(`  Backend         http://localhost:${options.backendPort}`);
  if (options.kubeconfig) {
    lines.push(
      `  Home            ${options.kubeconfig}${options.context ? ` (${options.context})` : ''}`,
      '',
      options.write
        ? '  The portal reconciles the GitOps objects of this cluster.'
        : "  The portal observes this cluster, plans by dry run what it would do, and writes nothing.\n  To let it reconcile and install missing CRDs, stop it and add --write:\n    npm start -- --kubeconfig FILE --write\n  While Flux's controllers run in a cluster, it is only observed.",
    );
  } else {
    lines.push(
      `  Kubernetes API  https://127.0.0.1:${options.kubernetesPort}   kubeconfig: ${options.sandboxKubeconfig}`,
      `  Git server      http://127.0.0.1:${options.gitPort}/demo/game.git`,
      `  Registry        127.0.0.1:${options.registryPort}/demo/game`,
      '',
      '  What to look at',
      ...(options.app
        ? [
            `    http://localhost:${options.portalPort}/catalog/default/component/game/gitops`,
          ]
        : []),
      `    kubectl --kubeconfig ${options.sandboxKubeconfig} get gitrepositories,kustomizations,deployments`,
      `    git clone http://127.0.0.1:${options.gitPort}/demo/game.git, change base/deployment.yaml, push,`,
      '    and ask for it at once:',
      `    kubectl --kubeconfig ${options.sandboxKubeconfig} annotate --overwrite gitrepository/game-repo reconcile.fluxcd.io/requestedAt="$(date +%s)"`,
      '    or push a new image: give the tag v1 another name, and see it committed and delivered:',
      `    T=http://127.0.0.1:${options.registryPort}/v2/demo/game/manifests M=application/vnd.oci.image.manifest.v1+json`,
      '    curl -s -H "Accept: $M" $T/v1 | curl -X PUT -H "Content-Type: $M" --data-binary @- $T/v2',
    );
  }
  lines.push(
    '',
    `  Logs are under ${options.dataDir}/logs. Ctrl-C stops everything.`,
    '',
  );
  return lines.join('\n');
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(`\n${error.message}`);
} finally {
  await stop().catch(fail);
  process.exit();
}
