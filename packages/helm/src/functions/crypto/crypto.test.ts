import { decodeBase64 } from 'bcryptjs';
import { GoFunction, integer, UINT32 } from '@backstage-gitops/go-template';
import { createCryptoFunctions } from './index';

jest.setTimeout(60_000);

function call(
  name: string,
  args: readonly unknown[],
  randomBytes?: (count: number) => Uint8Array,
): unknown {
  const functions = createCryptoFunctions({ randomBytes });
  return (functions.get(name) as GoFunction).call(...args);
}

describe('sums', () => {
  it.each([
    ['sha1sum', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'sha256sum',
      'abc',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
    [
      'sha512sum',
      '',
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    ],
    ['adler32sum', 'abc', '38600999'],
    ['adler32sum', 'Wikipedia', '300286872'],
    ['adler32sum', '', '1'],
  ])('%s of %j', (name, text, expected) => {
    expect(call(name, [text])).toBe(expected);
  });

  it('are those of bytes', () => {
    // The first byte of an é: Go's sum of "\xc3".
    expect(call('adler32sum', ['\udcc3'])).toBe('12845252');
  });
});

describe('passwords', () => {
  // From the test vectors of jBCrypt.
  it.each([
    ['', '$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW'],
    ['a', '$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u'],
    ['abc', '$2a$10$WvvTPHKwdBJ3uk0Z37EMR.hLA2W6N9AEBhEgrAOljy2Ae5MtaSIUi'],
  ])('bcrypt %j', (password, hash) => {
    const salt = () => Uint8Array.from(decodeBase64(hash.slice(7, 29), 16));
    expect(call('bcrypt', [password], salt)).toBe(hash);
    expect(call('htpasswd', ['u', password], salt)).toBe(`u:${hash}`);
  });

  it('tell what is wrong, as sprig does', () => {
    expect(call('htpasswd', ['a:b', 'x'])).toBe('invalid username: a:b');
    expect(call('bcrypt', ['x'.repeat(73)])).toBe(
      'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes',
    );
    expect(() => call('bcrypt', ['\udcc3'])).toThrow('not UTF-8');
  });

  // From sprig's tests; the last two from Go.
  it.each([
    [1, 'long', 'password', 'user', 'example.com', 'ZedaFaxcZaso9*'],
    [1, 'maximum', 'password', 'user', 'example.com', 'pf4zS1LjCg&LjhsZ7T2~'],
    [1, 'medium', 'password', 'user', 'example.com', 'ZedJuz8$'],
    [1, 'basic', 'password', 'user', 'example.com', 'pIS54PLs'],
    [1, 'short', 'password', 'user', 'example.com', 'Zed5'],
    [1, 'pin', 'password', 'user', 'example.com', '6685'],
    [4294967295, 'maximum', 'é', '日本', '', 'y7]8Ta^lMkik#%CyNj67'],
    [1, 'x', '', '', '', 'cannot find password template x'],
  ])('derivePassword %i %s', (counter, ...rest) => {
    const expected = rest.pop();
    expect(call('derivePassword', [integer(UINT32, counter), ...rest])).toBe(
      expected,
    );
  });
});

describe('AES', () => {
  it('is decrypted', () => {
    // From sprig's tests.
    const text = '30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=';
    expect(call('decryptAES', ['secretkey', text])).toBe('plaintext');
  });

  it('is encrypted', () => {
    // NIST SP 800-38A, F.2.5: the first block, then one of padding.
    const key = Buffer.from(
      '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
      'hex',
    );
    const start = Uint8Array.from({ length: 16 }, (_, index) => index);
    const plain = Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex');
    const text = (bytes: Uint8Array) =>
      Array.from(bytes, byte =>
        String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte),
      ).join('');
    const encrypted = Buffer.from(
      String(call('encryptAES', [text(key), text(plain)], () => start)),
      'base64',
    );
    expect(encrypted.subarray(0, 16)).toEqual(Buffer.from(start));
    expect(encrypted.subarray(16, 32).toString('hex')).toBe(
      'f58c4c04d6e5f1ba779eabfb5f7bfbd6',
    );
    expect(encrypted).toHaveLength(48);
  });

  it.each([
    ['AAAA', 'runtime error: slice bounds out of range [:16] with capacity 3'],
    ['AAAAAAAAAAAAAAAAAAAAAA==', 'runtime error: index out of range [-1]'],
    ['AAAAAAAAAAAAAAAAAAAAAAAA', 'crypto/cipher: input not full blocks'],
    [
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      'runtime error: slice bounds out of range [:-19]',
    ],
    ['a"', 'illegal base64 data at input byte 1'],
  ])('of %s is refused', (text, message) => {
    expect(() => call('decryptAES', ['k', text])).toThrow(message);
  });
});
