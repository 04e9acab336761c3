import { assertError } from '@backstage/errors';
import { Bucket, Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  CloudServiceAccount,
  FetchContext,
  SecretData,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { failingAs } from '../../../util/failingAs';
import { findServiceAccount } from '../secrets/findServiceAccount';
import { readProxy, readTls } from '../secrets/readConnection';
import { findSecret, readSecret } from '../secrets/readSecret';
import { S3BucketClient } from './S3BucketClient';

type Context = FetchContext<Bucket>;
type Prepared = Omit<BucketOptions, 'http' | 'openS3'>;

/**
 * Reads what the references of a Bucket lead to, and opens the bucket with it.
 *
 * @throws SourceFetchError
 */
export async function openBucket(
  context: Context,
  provider: BucketProvider,
): Promise<BucketClient> {
  let prepared: Prepared;
  try {
    prepared = await prepare(context);
  } catch (error) {
    throw authenticationFailed(context, error);
  }
  const http = context.connections.open(prepared.connection);
  try {
    const client = await provider.open({
      ...prepared,
      http,
      openS3: credentials =>
        new S3BucketClient({
          address: { ...prepared, bucket: prepared.bucketName },
          http,
          credentials,
          now: prepared.now,
        }),
    });
    return {
      exists: options => client.exists(options),
      list: options => client.list(options),
      read: (key, options) => client.read(key, options),
      close: async () => {
        try {
          await client.close();
        } finally {
          http.release();
        }
      },
    };
  } catch (error) {
    http.release();
    throw authenticationFailed(context, error);
  }
}

async function prepare(context: Context): Promise<Prepared> {
  const { namespace, home, connections, signal } = context;
  const { spec } = context.object;
  const { bucketName, endpoint, region, insecure = false } = spec;
  const read = (name: string) => readSecret(home, namespace, name);
  const secret =
    spec.secretRef && (await findSecret(home, namespace, spec.secretRef.name));
  if (spec.secretRef && !secret) {
    throw new Error(
      `failed to get secret '${namespace}/${spec.secretRef.name}': it does not exist; create it or correct spec.secretRef`,
    );
  }
  return {
    ...{ namespace, bucketName, endpoint, region, insecure },
    secret,
    sts: await readSts(spec, read),
    connection: {
      tls:
        spec.certSecretRef &&
        (await failingAs('failed to get TLS config', async () =>
          readTls(await read(spec.certSecretRef!.name)),
        )),
      proxy:
        spec.proxySecretRef &&
        (await failingAs('failed to get proxy URL', async () =>
          readProxy(await read(spec.proxySecretRef!.name)),
        )),
    },
    serviceAccount: spec.serviceAccountName
      ? await readServiceAccount(context, spec.serviceAccountName)
      : undefined,
    ...{ connections, signal },
    now: () => context.now(),
  };
}

async function readSts(
  spec: Bucket['spec'],
  read: (name: string) => Promise<SecretData>,
): Promise<Prepared['sts']> {
  if (!spec.sts) {
    return undefined;
  }
  const problem = stsProblem(spec.provider ?? 'generic', spec.sts);
  if (problem) {
    throw new SourceFetchError(problem, {
      reason: Reason.InvalidSTSConfiguration,
      retry: 'stall',
    });
  }
  const { provider, endpoint, secretRef, certSecretRef } = spec.sts;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new SourceFetchError(
      'failed to parse STS endpoint: spec.sts.endpoint must look like https://host:port',
      { reason: Reason.URLInvalid, retry: 'stall' },
    );
  }
  const secret =
    secretRef &&
    (await failingAs('failed to get STS secret', () => read(secretRef.name)));
  const tls =
    certSecretRef &&
    (await failingAs('failed to get STS TLS config', async () =>
      readTls(await read(certSecretRef.name)),
    ));
  return { provider, endpoint, secret, tls };
}

/** What the API server refuses already, where it knows the rules. */
function stsProblem(
  bucket: string,
  sts: NonNullable<Bucket['spec']['sts']>,
): string | undefined {
  if (bucket !== 'aws' && bucket !== 'generic') {
    return `STS configuration is not supported for '${bucket}' bucket provider`;
  }
  if (sts.provider !== (bucket === 'aws' ? 'aws' : 'ldap')) {
    return `STS provider '${sts.provider}' is not supported for '${bucket}' bucket provider`;
  }
  const unused = (['secretRef', 'certSecretRef'] as const).find(
    name => sts.provider === 'aws' && sts[name],
  );
  return (
    unused &&
    `spec.sts.${unused} is not required for the '${sts.provider}' STS provider`
  );
}

async function readServiceAccount(
  context: Context,
  name: string,
): Promise<CloudServiceAccount> {
  const { home, namespace } = context;
  const account = await findServiceAccount(home, namespace, name);
  if (!account) {
    throw new Error(
      `failed to get service account '${namespace}/${name}': it does not exist; create it or correct spec.serviceAccountName`,
    );
  }
  return account;
}

function authenticationFailed(context: Context, error: unknown): Error {
  assertError(error);
  context.signal.throwIfAborted();
  return error instanceof SourceFetchError
    ? error
    : new SourceFetchError(error.message, {
        reason: Reason.AuthenticationFailed,
      });
}
