import {
  formatReference,
  parseImageReference,
  parseRepository,
} from './reference';

describe('parseRepository', () => {
  it.each([
    ['alpine', 'index.docker.io', 'library/alpine'],
    ['team/app', 'index.docker.io', 'team/app'],
    ['docker.io/alpine', 'index.docker.io', 'library/alpine'],
    ['registry-1.docker.io/team/app', 'index.docker.io', 'team/app'],
    ['localhost/app', 'localhost', 'app'],
    ['localhost:5000/team/app', 'localhost:5000', 'team/app'],
    ['ghcr.io/team/app-1_2.x', 'ghcr.io', 'team/app-1_2.x'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000', 'a/b/c'],
    ['[::1]:5000/a', '[::1]:5000', 'a'],
  ])('reads %s', (text, registry, name) => {
    expect(parseRepository(text)).toEqual({ registry, name });
  });

  it.each([
    ['', 'must have 1 to 255 characters'],
    ['ghcr.io/', 'must have 1 to 255 characters'],
    ['ghcr.io/Team/app', 'must have 1 to 255 characters'],
    [`ghcr.io/${'a'.repeat(256)}`, 'must have 1 to 255 characters'],
    ['ghcr.io/app:v1', "must not contain a tag; remove ':v1'"],
    ['localhost:5000/app:v1', "remove ':v1'"],
    ['ghcr.io/a//b', 'has an empty part'],
    ['ghcr.io/../b', 'has an empty part'],
    ['ghcr.io/a/./b', 'has an empty part'],
    ['ghcr.io/a/', 'has an empty part'],
    ['user:password@ghcr.io/a', 'is no host of a registry'],
    ['ghcr.io:99999999/a', 'is no host of a registry'],
    ['ghcr.io?x/a', 'is no host of a registry'],
    ['ghcr.io/a?b', 'must have 1 to 255 characters'],
    ['ghcr.io/a%2f', 'must have 1 to 255 characters'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseRepository(text)).toThrow(problem);
  });
});

describe('parseImageReference', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each([
    ['alpine', {}],
    ['alpine:3.20', { tag: '3.20' }],
    [`alpine@${digest}`, { digest }],
    [`alpine:3.20@${digest}`, { tag: '3.20', digest }],
    ['localhost:5000/alpine', {}],
    ['localhost:5000/alpine:x', { tag: 'x' }],
  ])('reads %s', (text, expected) => {
    const { repository, ...rest } = parseImageReference(text);
    expect(rest).toEqual(expected);
    expect(repository.name).toMatch(/alpine$/);
  });

  it.each([
    'alpine@sha256:0',
    'alpine@md5:00',
    `alpine@sha256:${'A'.repeat(64)}`,
    `alpine@__proto__:${'a'.repeat(64)}`,
    'alpine:',
    `alpine:${'a'.repeat(129)}`,
    'alpine:a b',
  ])('refuses %s', text => {
    expect(() => parseImageReference(text)).toThrow();
  });

  it('is written as it was read', () => {
    const { repository } = parseImageReference('ghcr.io/team/app:v1');
    expect(formatReference(repository)).toBe('ghcr.io/team/app');
    expect(formatReference(repository, 'v1')).toBe('ghcr.io/team/app:v1');
    expect(formatReference(repository, digest)).toBe(
      `ghcr.io/team/app@${digest}`,
    );
  });
});
