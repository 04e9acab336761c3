import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { S3StorageConfig } from '../artifacts/openArtifactStorage';
import { S3Address } from '../s3/S3Address';

/** Reads `gitops.artifacts.s3`; errors name the key. */
export function readS3Storage(config: Config): S3StorageConfig {
  const bucket = config.getString('bucket');
  const endpoint = config.getOptionalString('endpoint');
  const region = config.getOptionalString('region');
  const accessKeyId = config.getOptionalString('accessKeyId');
  const secretAccessKey = config.getOptionalString('secretAccessKey');
  if (!accessKeyId !== !secretAccessKey) {
    throw new InputError(
      'gitops.artifacts.s3 has only one of accessKeyId and secretAccessKey; it needs both or neither',
    );
  }
  if (endpoint !== undefined) {
    try {
      new S3Address({ endpoint, bucket }).urlOf();
    } catch {
      throw new InputError(
        'gitops.artifacts.s3.endpoint must be a host with an optional port, such as minio.example.org:9000, or begin with http:// or https://',
      );
    }
  }
  const folder = (config.getOptionalString('prefix') ?? '').replace(
    /^\/+|\/+$/g,
    '',
  );
  return {
    bucket,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    prefix: folder && `${folder}/`,
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
