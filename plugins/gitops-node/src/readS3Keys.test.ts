import { readS3Keys } from './readS3Keys';

const read = (data: Record<string, string>) =>
  readS3Keys({
    name: 'team/keys',
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]),
    ),
  });

describe('readS3Keys', () => {
  it('reads keys; empty ones stand for nobody', () => {
    expect(read({ accesskey: 'a', secretkey: 's' })).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 's',
    });
    expect(read({ accesskey: '', secretkey: 's' })).toBeUndefined();
  });

  it.each([{}, { accesskey: 'hunter2' }, { secretkey: 'hunter2' }])(
    'refuses %j',
    data => {
      expect(() => read(data as Record<string, string>)).toThrow(
        "invalid 'keys' secret data: required fields 'accesskey' and 'secretkey'",
      );
    },
  );
});
