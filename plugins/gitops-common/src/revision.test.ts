import {
  formatRevision,
  modernRevision,
  parseRevision,
  sameRevision,
  shortRevision,
} from './revision';

const SHA1 = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738';
const SHA256 = 'a'.repeat(64);

describe('parseRevision', () => {
  it.each([
    [`main@sha1:${SHA1}`, { pointer: 'main', algorithm: 'sha1', hash: SHA1 }],
    [
      `refs/pull/4/head@sha1:${SHA1}`,
      { pointer: 'refs/pull/4/head', algorithm: 'sha1', hash: SHA1 },
    ],
    [
      `release@2@sha1:${SHA1}`,
      { pointer: 'release@2', algorithm: 'sha1', hash: SHA1 },
    ],
    [`sha256:${SHA256}`, { algorithm: 'sha256', hash: SHA256 }],
    ['6.5.0', { pointer: '6.5.0' }],
    ['1.2.3+abcdef012345', { pointer: '1.2.3+abcdef012345' }],
    ['', { pointer: '' }],
  ])('%s', (text, revision) => {
    expect(parseRevision(text)).toEqual(revision);
    expect(formatRevision(parseRevision(text))).toBe(text);
  });
});

describe('older forms', () => {
  it.each([
    [`main/${SHA1}`, `main@sha1:${SHA1}`],
    [`feature/x/${SHA1}`, `feature/x@sha1:${SHA1}`],
    [`HEAD/${SHA1}`, `sha1:${SHA1}`],
    [SHA1, `sha1:${SHA1}`],
    [`latest/${SHA256}`, `latest@sha256:${SHA256}`],
    ['feature/x', 'feature/x'],
    [`main@sha1:${SHA1}`, `main@sha1:${SHA1}`],
  ])('%s is %s', (old, modern) => {
    expect(modernRevision(old)).toBe(modern);
    expect(sameRevision(old, modern)).toBe(true);
  });

  it('differ where they differ', () => {
    expect(sameRevision(`main/${SHA1}`, `dev@sha1:${SHA1}`)).toBe(false);
  });
});

describe('shortRevision', () => {
  it.each([
    [`main@sha1:${SHA1}`, 'main@5394cb7'],
    [`sha1:${SHA1}`, '5394cb7'],
    ['6.5.0', '6.5.0'],
  ])('%s', (text, short) => {
    expect(shortRevision(text)).toBe(short);
  });
});
