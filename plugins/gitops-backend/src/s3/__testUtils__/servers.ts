import S3rver from '@20minutes/s3rver';
import { S3Credentials } from '@backstage-gitops/plugin-gitops-node';
import { startS3Server } from '@backstage-gitops/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HttpPool } from '../../net/HttpPool';
import { NetworkGuard } from '../../net/NetworkGuard';
import { S3Address } from '../S3Address';
import { S3Client } from '../S3Client';
import { S3Requests } from '../S3Requests';

/** A running server that speaks S3, with one empty bucket. */
export interface S3TestServer {
  /** Host and port; plain http. */
  endpoint: string;
  bucket: string;
  credentials: S3Credentials;
  stop(): Promise<void>;
}

const BUCKET = 'files';

async function startSandboxServer(): Promise<S3TestServer> {
  const server = await startS3Server();
  await server.createBucket(BUCKET);
  const { endpoint, accessKeyId, secretAccessKey } = server;
  return {
    endpoint,
    bucket: BUCKET,
    credentials: { accessKeyId, secretAccessKey },
    stop: () => server.stop(),
  };
}

async function startS3rver(): Promise<S3TestServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 's3rver-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory,
    silent: true,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  return {
    endpoint: `127.0.0.1:${port}`,
    bucket: BUCKET,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    stop: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The servers that tests of S3 run against: the project's own, and another's. */
export const s3TestServers: readonly [string, () => Promise<S3TestServer>][] = [
  ['the sandbox', startSandboxServer],
  ['s3rver (@20minutes/s3rver 5)', startS3rver],
];

/** Connections of a test: to this machine only. */
export function localPool(): HttpPool {
  return new HttpPool({
    guard: new NetworkGuard({ allow: ['127.0.0.1'], only: ['127.0.0.1'] }),
  });
}

/** A client of a test server. */
export function clientOf(
  server: Pick<S3TestServer, 'endpoint' | 'bucket'> & {
    credentials?: S3Credentials;
  },
  pool: HttpPool,
  options: { maxListed?: number; now?: () => number; region?: string } = {},
): S3Client {
  return new S3Client({
    bucket: server.bucket,
    maxListed: options.maxListed,
    requests: new S3Requests({
      http: pool.open(),
      address: new S3Address({
        endpoint: server.endpoint,
        insecure: true,
        bucket: server.bucket,
        region: options.region,
      }),
      credentials: async () => server.credentials,
      now: options.now,
      pause: async () => {},
    }),
  });
}
