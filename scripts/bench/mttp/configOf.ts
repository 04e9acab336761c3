import path from 'node:path';

/** What a backend that is measured is configured with. */
export function configOf(options: {
  kubeconfigPath: string;
  directory: string;
  concurrency: number;
  database?: string;
  databasePrefix?: string;
}) {
  const { kubeconfigPath, directory, concurrency, database } = options;
  return {
    backend: {
      baseUrl: 'http://127.0.0.1:7997',
      listen: { host: '127.0.0.1', port: 7997 },
      database: database
        ? {
            client: 'pg',
            connection: database,
            prefix: options.databasePrefix,
          }
        : {
            client: 'better-sqlite3',
            connection: { directory: path.join(directory, 'db') },
          },
    },
    gitops: {
      artifacts: { directory: path.join(directory, 'artifacts') },
      network: { allow: ['127.0.0.1'] },
      engine: {
        concurrency: {
          source: concurrency / 2,
          kustomize: concurrency,
          helm: concurrency,
          image: concurrency,
        },
      },
      homes: [
        {
          name: 'bench',
          mode: 'reconcile',
          kubeconfig: { path: kubeconfigPath },
          reconcileAs: { portal: false },
        },
      ],
    },
  };
}
