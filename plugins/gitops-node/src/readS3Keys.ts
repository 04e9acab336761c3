import { InputError } from '@backstage/errors';
import { S3Credentials, SecretData } from './buckets';

/**
 * The `accesskey` and `secretkey` of a Secret, as a Bucket's `spec.secretRef`
 * names it (Flux 2.9). Empty ones stand for nobody.
 *
 * @throws InputError where one is missing
 * @public
 */
export function readS3Keys({
  name,
  data,
}: SecretData): S3Credentials | undefined {
  const { accesskey, secretkey } = data;
  if (!accesskey || !secretkey) {
    throw new InputError(
      `invalid '${name.slice(name.indexOf('/') + 1)}' secret data: required fields 'accesskey' and 'secretkey'`,
    );
  }
  const accessKeyId = accesskey.toString('utf8');
  const secretAccessKey = secretkey.toString('utf8');
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey }
    : undefined;
}
