const NO_DEMO = {
  reading: { allow: [] },
  catalog: { locations: [] },
  gitops: { claims: [] },
};

/** What app-config.yaml says of the demo, at the port of this run. */
function demoConfig(gitPort) {
  const host = `127.0.0.1:${gitPort}`;
  const files = [
    'catalog-info.yaml',
    'gitops/game-repo.yaml',
    'gitops/game-app.yaml',
    'gitops/game-image.yaml',
    'gitops/game-alerts.yaml',
  ];
  return {
    reading: { allow: [{ host }] },
    catalog: {
      locations: [
        ...files.map(file => ({
          type: 'url',
          target: `http://${host}/raw/demo/game/main/${file}`,
        })),
        {
          type: 'file',
          target: 'packages/sandbox/demo/templates/add-source.yaml',
        },
      ],
    },
    gitops: {
      claims: [
        {
          location: {
            host,
            repository: 'demo/game',
            ref: 'main',
            pathPrefix: 'gitops',
          },
          home: 'demo',
          namespaces: ['default'],
          serviceAccount: 'gitops-demo',
          owner: 'group:default/team-game',
        },
      ],
      catalog: { rawHosts: [host] },
    },
  };
}

/** What depends on the options of one run, as configuration for Backstage. */
export function runConfig(options) {
  const home = options.kubeconfig
    ? {
        name: 'cluster',
        bare: true,
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
        bare: true,
        mode: 'reconcile',
        kubeconfig: { path: options.sandboxKubeconfig },
        reconcileAs: { serviceAccount: 'gitops-demo' },
      };
  const demo = options.kubeconfig ? NO_DEMO : demoConfig(options.gitPort);
  return `${JSON.stringify(
    {
      app: { baseUrl: `http://localhost:${options.portalPort}` },
      backend: {
        baseUrl: `http://localhost:${options.backendPort}`,
        listen: { host: '127.0.0.1', port: options.backendPort },
        cors: { origin: `http://localhost:${options.portalPort}` },
        database: { connection: { directory: `${options.dataDir}/db` } },
        reading: demo.reading,
      },
      catalog: demo.catalog,
      gitops: {
        ...demo.gitops,
        homes: [home],
        artifacts: { directory: `${options.dataDir}/artifacts` },
      },
    },
    null,
    2,
  )}\n`;
}
