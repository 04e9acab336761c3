import { randomBytes } from 'node:crypto';
import { InputError } from '@backstage/errors';
import {
  ArtifactStore,
  S3CredentialSource,
} from '@backstage-gitops/plugin-gitops-node';
import { buffer } from 'node:stream/consumers';
import { HttpPool } from '../net/HttpPool';
import { NetworkGuard } from '../net/NetworkGuard';
import { S3Address } from '../s3/S3Address';
import { S3Client } from '../s3/S3Client';
import { S3Requests } from '../s3/S3Requests';
import { FileArtifactStore } from './FileArtifactStore';
import { S3ArtifactStore } from './S3ArtifactStore';
import { loadSigningKey } from './signingKey';

/** A bucket for artifacts: `gitops.artifacts.s3`. */
export interface S3StorageConfig {
  bucket: string;
  /** Host and port, or an address with http:// or https://; default Amazon's. */
  endpoint?: string;
  region?: string;
  /** Of every key; ends with a slash where there is one. */
  prefix: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Where artifacts are kept, and the key that signs their addresses. */
export interface ArtifactStorage {
  store: ArtifactStore;
  signingKey: Buffer;
  /** For the administrator. */
  place: string;
  close(): Promise<void>;
}

/** Opens the bucket that the configuration names, or else the folder. */
export async function openArtifactStorage(options: {
  config: { directory: string; s3?: S3StorageConfig };
  /** Instead of the configured one. */
  store?: ArtifactStore;
  /** Credentials of a module, where the configuration has none. */
  credentials?: S3CredentialSource;
  env?: Readonly<Record<string, string | undefined>>;
}): Promise<ArtifactStorage> {
  const { directory, s3 } = options.config;
  if (s3 && !options.store) {
    return openBucket(s3, credentialsOf(s3, options));
  }
  return {
    store: options.store ?? new FileArtifactStore({ directory }),
    signingKey: await loadSigningKey(directory),
    place: options.store ? 'of a module' : directory,
    close: async () => {},
  };
}

async function openBucket(
  config: S3StorageConfig,
  credentials: S3CredentialSource,
): Promise<ArtifactStorage> {
  const { bucket, region, prefix, endpoint = 's3.amazonaws.com' } = config;
  const address = new S3Address({ bucket, region, endpoint });
  const { hostname, port } = address.urlOf();
  // Who configures the portal may keep artifacts on its own machine.
  const allow = [port ? `${hostname}:${port}` : hostname];
  const pool = new HttpPool({ guard: new NetworkGuard({ allow }) });
  const http = pool.open();
  const client = new S3Client({
    bucket,
    requests: new S3Requests({ http, address, credentials }),
  });
  try {
    return {
      store: new S3ArtifactStore({ client, prefix }),
      signingKey: await loadKey(client, `${prefix}signing-key`),
      place: `s3://${bucket}/${prefix}`,
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** All replicas find the same one; the first makes it. */
async function loadKey(client: S3Client, key: string): Promise<Buffer> {
  const { signal } = new AbortController();
  const read = async () => {
    const found = await client.get(key, signal);
    return found && Buffer.from((await buffer(found.body)).toString(), 'hex');
  };
  let value = await read();
  if (!value) {
    const made = Buffer.from(randomBytes(32).toString('hex'));
    await client.putNew(key, made, signal);
    value = await read();
  }
  if (value?.length !== 32) {
    throw new InputError(
      `the object ${key} of the bucket in gitops.artifacts.s3 holds no key; delete it, and a new one is made (addresses in statuses become invalid and are renewed)`,
    );
  }
  return value;
}

function credentialsOf(
  config: S3StorageConfig,
  options: {
    credentials?: S3CredentialSource;
    env?: Readonly<Record<string, string | undefined>>;
  },
): S3CredentialSource {
  if (config.credentials) {
    return async () => config.credentials;
  }
  if (options.credentials) {
    return options.credentials;
  }
  const env = options.env ?? process.env;
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey) {
    throw new InputError(
      'gitops.artifacts.s3 has no credentials: set accessKeyId and secretAccessKey there, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or add the module gitops-backend-module-aws, which asks AWS',
    );
  }
  const sessionToken = env.AWS_SESSION_TOKEN;
  return async () => ({ accessKeyId, secretAccessKey, sessionToken });
}
