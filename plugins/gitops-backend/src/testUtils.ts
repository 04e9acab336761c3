/**
 * For tests of modules of this plugin.
 *
 * @packageDocumentation
 */
import {
  BucketOptions,
  HttpConnections,
  SopsKeyService,
} from '@backstage-gitops/plugin-gitops-node';
import { S3BucketClient } from './controllers/source/bucket/S3BucketClient';
import { HttpPool } from './net/HttpPool';
import { NetworkGuard } from './net/NetworkGuard';
import { decryptDocument } from './secrets/sops/decryptDocument';
import { openDataKey } from './secrets/sops/openDataKey';
import { readDocument } from './secrets/sops/readDocument';

/**
 * The plugin's own connections, guarded as always but for this machine, and to
 * nowhere else.
 *
 * @public
 */
export function localConnections(): HttpConnections & {
  close(): Promise<void>;
} {
  const local = ['127.0.0.1', 'localhost'];
  return new HttpPool({
    guard: new NetworkGuard({ allow: local, only: local }),
  });
}

/**
 * What a bucket provider is given, with the plugin's own S3 client.
 *
 * @public
 */
export function bucketOptions(
  options: Pick<BucketOptions, 'bucketName' | 'endpoint' | 'connections'> &
    Partial<BucketOptions>,
): BucketOptions {
  const {
    connections,
    bucketName: bucket,
    endpoint,
    region,
    insecure = true,
    connection = {},
    now = Date.now,
  } = options;
  const http = connections.open(connection);
  return {
    namespace: 'default',
    signal: new AbortController().signal,
    openS3: credentials =>
      new S3BucketClient({
        address: { bucket, endpoint, region, insecure },
        ...{ http, credentials, now },
      }),
    ...options,
    ...{ insecure, connection, now, http },
  };
}

/**
 * A YAML file that sops encrypted, in plain, and whether its MAC holds.
 *
 * @throws where the service does not open its data key
 * @public
 */
export async function decryptSopsFile(
  encrypted: string,
  service: SopsKeyService,
): Promise<{ text: string; isWhole: boolean }> {
  const document = readDocument(Buffer.from(encrypted), 'yaml');
  const key = await openDataKey(document.metadata, [service], {
    signal: new AbortController().signal,
  });
  const { isWhole } = decryptDocument(document, key);
  return { text: document.write('yaml').toString(), isWhole };
}
