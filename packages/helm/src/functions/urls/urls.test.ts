import { goInt } from '@backstage-gitops/go-template';
import { urlFunctions } from './index';

const call = (name: string, value: unknown) =>
  urlFunctions.get(name)!.call(value);

// Results are those of sprig 3.3 with Go 1.26.
describe('urlParse', () => {
  it.each([
    [
      'http://admin:secret@server.com:8080/api?list=false#anchor',
      {
        scheme: 'http',
        host: 'server.com:8080',
        hostname: 'server.com',
        path: '/api',
        query: 'list=false',
        fragment: 'anchor',
        userinfo: 'admin:secret',
      },
    ],
    [
      'HTTPS://u%3A:@[fe80::1%25e%6e0]:80/p%20q?x=y z#%41',
      {
        scheme: 'https',
        host: '[fe80::1%en0]:80',
        hostname: 'fe80::1%en0',
        path: '/p q',
        query: 'x=y z',
        fragment: 'A',
        userinfo: 'u%3A:',
      },
    ],
    ['mailto:a@b?c', { scheme: 'mailto', opaque: 'a@b', query: 'c' }],
    ['///a', { path: '///a' }],
    ['*', { path: '*' }],
    ['/a:b?', { path: '/a:b' }],
    ['/%c3', { path: '/\udcc3' }],
    ['x://a:b:80', { scheme: 'x', host: 'a:b:80', hostname: 'a:b' }],
  ])('of %j', (url, expected) => {
    expect(call('urlParse', url)).toEqual({
      scheme: '',
      host: '',
      hostname: '',
      path: '',
      query: '',
      opaque: '',
      fragment: '',
      userinfo: '',
      ...expected,
    });
  });

  it.each([
    ['x://ü@h', 'net/url: invalid userinfo'],
    ['http://a:1:80', 'invalid port ":1:80" after host'],
    ['http://h:port/', 'invalid port ":port" after host'],
    ['://bad', 'missing protocol scheme'],
    ['1a:b', 'first path segment in URL cannot contain colon'],
    ['a\n', 'net/url: invalid control character in URL'],
    ['/%zz', 'invalid URL escape "%zz"'],
    ['http://a b/', 'invalid character " " in host name'],
    ['http://%41/', 'invalid URL escape "%41"'],
    ['http://[::1', "missing ']' in host"],
    ['http://[1.2.3.4]', 'invalid IP-literal'],
    [
      'http://[::g]',
      'invalid host: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
    ],
    [
      'http://[::1.2.3.256]',
      'invalid host: ParseAddr("::1.2.3.256"): IPv4 field has value >255',
    ],
  ])('of %j fails: %s', (url, message) => {
    expect(() => call('urlParse', url)).toThrow(
      `unable to parse url: parse ${JSON.stringify(url)}: ${message}`,
    );
  });
});

describe('urlJoin', () => {
  it.each([
    [{}, ''],
    [
      { scheme: 'https', host: 'h', userinfo: 'u:p', path: 'a b' },
      'https://u:p@h/a%20b',
    ],
    [
      { scheme: 'http', host: '[::1%en0]:80', path: '/é', fragment: 'a b!' },
      'http://[::1%25en0]:80/%C3%A9#a%20b!',
    ],
    [{ path: 'a:b/c' }, './a:b/c'],
    [{ scheme: 's', path: 'a:b' }, 's://a:b'],
    [{ scheme: 's', opaque: 'x y', host: 'h', query: 'a b' }, 's:x y?a b'],
    [{ path: '*' }, '*'],
    [{ host: 'h', userinfo: 'u@v' }, '//u%40v@h'],
    [null, ''],
  ])('of %j is %j', (map, expected) => {
    expect(call('urlJoin', map)).toBe(expected);
  });

  it.each([
    [
      { host: goInt(5) },
      'unable to parse host key, must be of type string, but int found',
    ],
    [
      { path: ['a'] },
      'unable to parse path key, must be of type string, but slice found',
    ],
    [
      { path: null },
      'runtime error: invalid memory address or nil pointer dereference',
    ],
    [
      { userinfo: 'ü' },
      'unable to parse userinfo in dict: parse "proto://ü@host": net/url: invalid userinfo',
    ],
  ])('of %j fails: %s', (map, message) => {
    expect(() => call('urlJoin', map)).toThrow(message);
  });
});

it('getHostByName asks nobody', () => {
  expect(call('getHostByName', 'example.com')).toBe('');
});
