import { InputError } from '@backstage/errors';
import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  readS3Keys,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { LdapCredentials } from './LdapCredentials';

/**
 * Buckets of services that speak S3: with the keys of a Secret, with credentials
 * of a token service that asks a directory, or open to all (Flux 2.9).
 */
export class GenericBucketProvider implements BucketProvider {
  readonly provider = 'generic';

  async open(options: BucketOptions): Promise<BucketClient> {
    const { secret, sts, serviceAccount } = options;
    if (serviceAccount) {
      throw new SourceFetchError(
        "spec.serviceAccountName is not supported with the provider 'generic'; remove it, or set spec.provider",
        { reason: Reason.InvalidProviderConfiguration, retry: 'stall' },
      );
    }
    const keys = secret && readS3Keys(secret);
    const ldap = sts && readLdap(sts);
    return secret || !ldap
      ? options.openS3(async () => keys)
      : openWithLdap(options, ldap);
  }
}

interface Ldap {
  endpoint: string;
  username: string;
  password: string;
}

function readLdap({
  secret,
  endpoint,
}: NonNullable<BucketOptions['sts']>): Ldap {
  const read = (key: string) => secret?.data[key]?.toString('utf8') ?? '';
  const username = read('username');
  const password = read('password');
  if (secret && (!username || !password)) {
    throw new InputError(
      `invalid '${secret.name.slice(secret.name.indexOf('/') + 1)}' secret data for 'ldap' STS provider: required fields username, password`,
    );
  }
  return { endpoint, username, password };
}

function openWithLdap(options: BucketOptions, ldap: Ldap): BucketClient {
  const http = options.connections.open({
    tls: options.sts?.tls,
    proxy: options.connection.proxy,
  });
  const credentials = new LdapCredentials({
    ...ldap,
    http,
    signal: options.signal,
    now: options.now,
  });
  const client = options.openS3(() => credentials.get());
  return {
    exists: each => client.exists(each),
    list: each => client.list(each),
    read: (key, each) => client.read(key, each),
    close: async () => {
      http.release();
      await client.close();
    },
  };
}
