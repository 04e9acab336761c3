import { baseFunctions } from './base';

const call = (name: string, text: string) =>
  baseFunctions.get(name)!.call(text);

describe('b64enc, b64dec, b32enc, b32dec', () => {
  // RFC 4648, section 10.
  it.each([
    ['', '', ''],
    ['f', 'Zg==', 'MY======'],
    ['fo', 'Zm8=', 'MZXQ===='],
    ['foo', 'Zm9v', 'MZXW6==='],
    ['foob', 'Zm9vYg==', 'MZXW6YQ='],
    ['fooba', 'Zm9vYmE=', 'MZXW6YTB'],
    ['foobar', 'Zm9vYmFy', 'MZXW6YTBOI======'],
  ])('writes and reads %j', (text, base64, base32) => {
    expect(call('b64enc', text)).toBe(base64);
    expect(call('b64dec', base64)).toBe(text);
    expect(call('b32enc', text)).toBe(base32);
    expect(call('b32dec', base32)).toBe(text);
  });

  it('keeps bytes that are not UTF-8', () => {
    expect(call('b64dec', '/w==')).toBe('\udcff');
    expect(call('b64enc', '\udcff')).toBe('/w==');
    expect(call('b32enc', call('b32dec', '74======') as string)).toBe(
      '74======',
    );
  });

  it('skips ends of lines', () => {
    expect(call('b64dec', 'Zm\r\n9v\nYg\n=\n=\n')).toBe('foob');
    expect(call('b32dec', 'MZXW\n6YQ=\r\n')).toBe('foob');
  });

  it.each([
    ['b64dec', 'Zg', 'illegal base64 data at input byte 0'],
    ['b64dec', 'Zg=', 'illegal base64 data at input byte 3'],
    ['b64dec', 'Zg=x', 'illegal base64 data at input byte 2'],
    ['b64dec', 'Zg==x', 'illegal base64 data at input byte 4'],
    ['b64dec', 'Z=', 'illegal base64 data at input byte 1'],
    ['b64dec', 'Zm9v-', 'illegal base64 data at input byte 4'],
    ['b32dec', 'my======', 'illegal base32 data at input byte 0'],
    ['b32dec', 'MY', 'illegal base32 data at input byte 0'],
    ['b32dec', 'MZX=====', 'illegal base32 data at input byte 3'],
  ])('%s %j names where it is wrong', (name, text, message) => {
    expect(call(name, text)).toBe(message);
  });
});
