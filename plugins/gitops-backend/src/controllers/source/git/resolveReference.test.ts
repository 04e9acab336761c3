import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { GitError } from './GitError';
import {
  referencePrefixes,
  RemoteReference,
  resolveReference,
} from './resolveReference';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

const remote: RemoteReference[] = [
  { ref: 'refs/heads/main', oid: A },
  { ref: 'refs/heads/release', oid: B },
  { ref: 'refs/tags/v1.2.3', oid: C, peeled: B },
  { ref: 'refs/tags/v1.10.0', oid: A },
  { ref: 'refs/tags/v2.0.0-rc.1', oid: C },
  { ref: 'refs/tags/nightly', oid: C },
  { ref: 'refs/tags/1.2', oid: C },
  { ref: 'refs/pull/4/head', oid: C },
];

describe('resolveReference', () => {
  it.each([
    [{ branch: 'main' }, `main@sha1:${A}`, A, 'refs/heads/main'],
    [{ tag: 'v1.2.3' }, `v1.2.3@sha1:${B}`, B, 'refs/tags/v1.2.3'],
    [{ tag: 'nightly' }, `nightly@sha1:${C}`, C, 'refs/tags/nightly'],
    [{ semver: '1.x' }, `v1.10.0@sha1:${A}`, A, 'refs/tags/v1.10.0'],
    [{ semver: '>=1.0.0' }, `v1.10.0@sha1:${A}`, A, 'refs/tags/v1.10.0'],
    [
      { semver: '>=1.0.0-0' },
      `v2.0.0-rc.1@sha1:${C}`,
      C,
      'refs/tags/v2.0.0-rc.1',
    ],
    [
      { name: 'refs/pull/4/head' },
      `refs/pull/4/head@sha1:${C}`,
      C,
      'refs/pull/4/head',
    ],
    [{ commit: C }, `sha1:${C}`, C, undefined],
    [{ commit: C, branch: 'main' }, `main@sha1:${C}`, C, 'refs/heads/main'],
    // commit, then name, then tag, then semver, then branch
    [
      { commit: C, name: 'refs/heads/main', tag: 'nightly' },
      `sha1:${C}`,
      C,
      undefined,
    ],
    [
      { name: 'refs/heads/main', tag: 'nightly' },
      `refs/heads/main@sha1:${A}`,
      A,
      'refs/heads/main',
    ],
    [
      { tag: 'nightly', semver: '1.x', branch: 'main' },
      `nightly@sha1:${C}`,
      C,
      'refs/tags/nightly',
    ],
    [
      { semver: '1.x', branch: 'release' },
      `v1.10.0@sha1:${A}`,
      A,
      'refs/tags/v1.10.0',
    ],
  ])('%j', async (ref, revision, commit, name) => {
    const target = await resolveReference(ref, remote);
    expect(target).toMatchObject({ revision, commit });
    expect(target.ref).toBe(name);
  });

  it('takes the branch master without a reference, as Flux', async () => {
    expect(referencePrefixes(undefined)).toEqual(['refs/heads/master']);
    await expect(resolveReference(undefined, remote)).rejects.toThrow(
      `couldn't find remote ref "refs/heads/master"`,
    );
  });

  it('asks for history only where a commit is not the tip of its branch', async () => {
    const historyOf = async (ref: GitRepositorySpec['ref']) =>
      (await resolveReference(ref, remote)).historyOf;
    expect(await historyOf({ commit: A, branch: 'main' })).toBeUndefined();
    expect(await historyOf({ commit: C, branch: 'main' })).toBe(A);
    expect(await historyOf({ commit: C })).toBeUndefined();
  });

  it('names the tag and its object', async () => {
    const tagOf = async (ref: GitRepositorySpec['ref']) =>
      (await resolveReference(ref, remote)).tag;
    expect(await tagOf({ tag: 'v1.2.3' })).toEqual({ name: 'v1.2.3', oid: C });
    expect(await tagOf({ name: 'refs/tags/nightly' })).toEqual({
      name: 'nightly',
    });
    expect(await tagOf({ branch: 'main' })).toBeUndefined();
  });

  it('lets the caller choose among tags of the same version', async () => {
    const tags: RemoteReference[] = [
      { ref: 'refs/tags/1.0.0', oid: A },
      { ref: 'refs/tags/1.1.0+b', oid: B },
      { ref: 'refs/tags/v1.1.0+a', oid: C },
    ];
    const target = await resolveReference(
      { semver: '1.x' },
      tags,
      async ([, second]) => second,
    );
    expect(target.revision).toBe(`v1.1.0+a@sha1:${C}`);
  });

  it.each(['abc', `${A}0`, 'refs/heads/main'])(
    'takes no commit %j',
    async commit => {
      await expect(resolveReference({ commit }, remote)).rejects.toMatchObject({
        code: 'GIT_REF_NOT_FOUND',
      });
    },
  );

  it('knows object names of sha256', async () => {
    const oid = 'd'.repeat(64);
    expect(
      (
        await resolveReference({ branch: 'main' }, [
          { ref: 'refs/heads/main', oid },
        ])
      ).revision,
    ).toBe(`main@sha256:${oid}`);
  });

  it('says what was not found', async () => {
    for (const ref of [
      { branch: 'none' },
      { tag: 'none' },
      { name: 'refs/none' },
      { semver: '>=9.0.0' },
    ]) {
      await expect(resolveReference(ref, remote)).rejects.toThrow(GitError);
    }
  });
});
