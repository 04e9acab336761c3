/** What depends on the options of one run, as configuration for Backstage. */
export function runConfig(options) {
  const home = options.kubeconfig
    ? {
        name: 'cluster',
        mode: options.write ? 'reconcile' : 'plan',
        kubeconfig: {
          path: options.kubeconfig,
          ...(options.context && { context: options.context }),
          allowExec: true,
        },
        reconcileAs: { portal: true },
      }
    : {
        name: 'demo',
        mode: 'reconcile',
        kubeconfig: { path: options.sandboxKubeconfig },
        reconcileAs: { portal: true },
      };
  return `${JSON.stringify(
    {
      app: { baseUrl: `http://localhost:${options.portalPort}` },
      backend: {
        baseUrl: `http://localhost:${options.backendPort}`,
        listen: { host: '127.0.0.1', port: options.backendPort },
        cors: { origin: `http://localhost:${options.portalPort}` },
        database: { connection: { directory: `${options.dataDir}/db` } },
      },
      gitops: {
        homes: [home],
        artifacts: { directory: `${options.dataDir}/artifacts` },
      },
    },
    null,
    2,
  )}\n`;
}
