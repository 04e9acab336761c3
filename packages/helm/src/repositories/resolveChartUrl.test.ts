import {
  indexRevision,
  indexUrl,
  normalizeRepositoryUrl,
  resolveChartUrl,
} from './index';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('resolveChartUrl', () => {
  // Results are Helm 4.2's.
  it.each([
    ['http://a.b/c', 'x-1.tgz', 'http://a.b/c/x-1.tgz'],
    ['http://a.b/c/', 'x-1.tgz', 'http://a.b/c/x-1.tgz'],
    ['http://a.b', 'x-1.tgz', 'http://a.b/x-1.tgz'],
    ['http://a.b/c', '/x-1.tgz', 'http://a.b/x-1.tgz'],
    ['http://a.b/c?t=1&a=b', 'x.tgz', 'http://a.b/c/x.tgz?t=1&a=b'],
    ['http://a.b/c?t=1', 'x.tgz?y=2#f', 'http://a.b/c/x.tgz?t=1#f'],
    ['http://a.b/c', 'http://c.d/e f.tgz', 'http://c.d/e f.tgz'],
    ['http://a.b/c', 'oci://c.d/e', 'oci://c.d/e'],
    ['http://a.b/c', '//c.d/e.tgz', 'http://c.d/e.tgz'],
    ['http://u:p@a.b/c?x', '../e.tgz', 'http://u:p@a.b/e.tgz?x'],
    ['http://a.b/c', '../../../e.tgz', 'http://a.b/e.tgz'],
    ['http://a.b/c', './x/./y/../z.tgz', 'http://a.b/c/x/z.tgz'],
    ['http://a.b/c d', 'a%20b c.tgz', 'http://a.b/c%20d/a%20b%20c.tgz'],
    ['http://a.b/c%2Fd', 'a%2fb.tgz', 'http://a.b/c%2Fd/a%2fb.tgz'],
    ['http://a.b/c(1)', 'é.tgz', 'http://a.b/c(1)/%C3%A9.tgz'],
    ['http://a.b/c', 'a\\b.tgz', 'http://a.b/c/a%5Cb.tgz'],
    ['http://a.b/c', '', 'http://a.b/c/'],
    ['http://a.b/c', '..', 'http://a.b/'],
    ['http://a.b/c', '..//x', 'http://a.b/x'],
    ['http://a.b/c', '///x.tgz', 'http://a.b///x.tgz'],
    ['http://[::1]:80/c', 'x', 'http://[::1]:80/c/x'],
    ['HTTP://A.b/c', 'x', 'http://A.b/c/x'],
  ])('%s, %s', (base, url, expected) => {
    expect(resolveChartUrl(base, url)).toBe(expected);
  });

  it.each([
    ['http://a.b/c', 'a%zz.tgz'],
    ['http://a.b/c', '1:2.tgz'],
    ['http://a.b/c', 'a\nb'],
    ['http://u:secret@a.b:x/c', 'x'],
  ])('refuses %j, %j without showing them', (base, url) => {
    expect(() => resolveChartUrl(base, url)).toThrow(code('invalid-url'));
    expect(() => resolveChartUrl(base, url)).toThrow(/^[^:]*$/);
  });
});

it('indexUrl keeps the query', () => {
  expect(indexUrl('https://a.b/charts?sig=1')).toBe(
    'https://a.b/charts/index.yaml?sig=1',
  );
});

it.each([
  ['', ''],
  ['https://a.b', 'https://a.b/'],
  ['https://a.b/c///', 'https://a.b/c/'],
  ['https://a.b/c?x=1', 'https://a.b/c/?x=1'],
  ['oci://a.b/c/', 'oci://a.b/c'],
])('normalizeRepositoryUrl of %j', (url, expected) => {
  expect(normalizeRepositoryUrl(url)).toBe(expected);
});

it('indexRevision is of the bytes', () => {
  expect(indexRevision(Buffer.from('abc'))).toBe(
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
