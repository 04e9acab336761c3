import { ConfigReader } from '@backstage/config';
import { readS3Storage } from './readS3Storage';

const read = (s3: Record<string, string>) =>
  readS3Storage(new ConfigReader(s3));

describe('readS3Storage', () => {
  it('reads what is there', () => {
    expect(read({ bucket: 'b' })).toEqual({ bucket: 'b', prefix: '' });
    expect(
      read({
        bucket: 'b',
        endpoint: 'http://minio:9000',
        region: 'eu-west-1',
        prefix: '/portal/a/',
        accessKeyId: 'k',
        secretAccessKey: 's',
      }),
    ).toEqual({
      bucket: 'b',
      endpoint: 'http://minio:9000',
      region: 'eu-west-1',
      prefix: 'portal/a/',
      credentials: { accessKeyId: 'k', secretAccessKey: 's' },
    });
  });

  it.each([
    [{}, "'bucket'"],
    [{ bucket: 'b', accessKeyId: 'k' }, 'only one of accessKeyId'],
    [{ bucket: 'b', endpoint: 'u:p@host' }, 'gitops.artifacts.s3.endpoint'],
  ])('refuses %j', (s3, message) => {
    expect(() => read(s3 as Record<string, string>)).toThrow(message);
  });
});
