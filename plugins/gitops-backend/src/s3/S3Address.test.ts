import { S3Address } from './S3Address';

describe('S3Address', () => {
  it.each([
    ['minio.example.org:9000', {}, 'https://minio.example.org:9000/b/k/x%20y'],
    ['127.0.0.1:9000', { insecure: true }, 'http://127.0.0.1:9000/b/k/x%20y'],
    ['[::1]:9000', { insecure: true }, 'http://[::1]:9000/b/k/x%20y'],
    ['https://host/base/', {}, 'https://host/base/b/k/x%20y'],
    ['s3.amazonaws.com', {}, 'https://b.s3.us-east-1.amazonaws.com/k/x%20y'],
    [
      's3.amazonaws.com',
      { region: 'eu-west-1' },
      'https://b.s3.eu-west-1.amazonaws.com/k/x%20y',
    ],
    [
      's3.eu-west-1.amazonaws.com',
      {},
      'https://b.s3.eu-west-1.amazonaws.com/k/x%20y',
    ],
    [
      's3.eu-west-1.amazonaws.com',
      { bucket: 'a.b' },
      'https://s3.eu-west-1.amazonaws.com/a.b/k/x%20y',
    ],
    [
      'oss-eu-central-1.aliyuncs.com',
      {},
      'https://b.oss-eu-central-1.aliyuncs.com/k/x%20y',
    ],
    [
      'oss-eu-central-1.aliyuncs.com',
      { forcePathStyle: true },
      'https://oss-eu-central-1.aliyuncs.com/b/k/x%20y',
    ],
  ])('%s with %j', (endpoint, more, expected) => {
    const address = new S3Address({ endpoint, bucket: 'b', ...more });
    expect(address.urlOf('k/x y').href).toBe(expected);
  });

  it('goes to another region', () => {
    const address = new S3Address({
      endpoint: 's3.amazonaws.com',
      bucket: 'b',
    });
    expect(address.inRegion('eu-west-1').urlOf().href).toBe(
      'https://b.s3.eu-west-1.amazonaws.com/',
    );
  });

  it.each(['', 'user:secret@host', 'https://u@host', 'a b', 'host?x=1'])(
    'refuses the endpoint %j',
    endpoint => {
      expect(() => new S3Address({ endpoint, bucket: 'b' })).toThrow(
        'must be a host',
      );
    },
  );
});
