import { fail, installDependencies, runTypeScript } from './lib/prepare.mjs';

const help = `Starts the sandbox alone: a small Kubernetes API, a Git server and a registry on loopback.

  --kubernetes-port N     default 6443
  --git-port N            default 8418
  --registry-port N       default 8419
  --data-dir DIR          keeps objects and repositories there; without it they
                          are gone when the sandbox ends
  --kubeconfig FILE       where the kubeconfig is written (default .sandbox/kubeconfig)
  --demo                  fill it with the demo repository and its GitOps objects`;

const args = process.argv.slice(2);
try {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
  } else {
    await installDependencies();
    await runTypeScript('scripts/sandbox/main.ts', args);
  }
} catch (error) {
  fail(error);
}
