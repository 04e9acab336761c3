import { KustomizeError } from '@backstage-gitops/kustomize';
import { YamlError } from '@backstage-gitops/kubernetes-yaml';
import { CustomErrorBase } from '@backstage/errors';
import { BuildError } from '../controllers/kustomize/errors';
import { filesOf } from './__testUtils__/manifests';
import { packManifests, unpackManifests } from './packedManifests';
import { FileSharer, readSharedFiles } from './sharedFiles';
import { packError, reviveError } from './transferredError';
import { build } from './worker';

const clone = <T>(value: T): T => structuredClone(value);
const { signal } = new AbortController();

describe('files in shared memory', () => {
  it('are the same files', async () => {
    const files = filesOf({
      'app/ä.yaml': 'a: ü\n',
      'empty.txt': '',
      a: 'x'.repeat(100_000),
    });
    const shared = await new FileSharer().share(files);
    expect(readSharedFiles(clone(shared))).toEqual(files);
    expect(readSharedFiles(await new FileSharer().share(new Map()))).toEqual(
      new Map(),
    );
  });

  it('are copied once for each artifact', async () => {
    const sharer = new FileSharer();
    const files = filesOf({ a: 'b' });
    expect(await sharer.share(files)).toBe(await sharer.share(files));
    expect(await sharer.share(filesOf({ a: 'b' }))).not.toBe(
      await sharer.share(files),
    );
  });
});

describe('packed manifests', () => {
  it('keep integers of any size and keys of any name', async () => {
    const objects = [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a' },
        data: JSON.parse('{"__proto__":{"constructor":"x"},"z":1,"a":2}'),
        large: 2n ** 80n,
      },
    ];
    const built = { objects, digest: 'sha256:1', warnings: ['old field'] };
    const unpacked = await unpackManifests(clone(packManifests(built)), signal);
    expect(unpacked).toEqual(built);
    const data = unpacked.objects[0].data as object;
    expect(Object.keys(data)).toEqual(['__proto__', 'z', 'a']);
  });
});

describe('errors between threads', () => {
  it.each([
    new YamlError({
      code: 'syntax',
      problem: 'odd',
      file: 'a.yaml',
      line: 3,
      hint: 'look there',
    }),
    new KustomizeError({
      code: 'no-match',
      problem: 'nothing to patch',
      field: 'patches',
      hint: 'name the target',
      trail: ['accumulating', 'patching'],
      cause: new Error('inner'),
    }),
    new BuildError('no kind'),
    new CustomErrorBase('plain'),
    new RangeError('too deep'),
  ])('keep name, message and fields (%s)', error => {
    const revived = reviveError(clone(packError(error)));
    expect(revived).toBeInstanceOf(Error);
    expect(revived.name).toBe(error.name);
    expect(revived.message).toBe(error.message);
    expect(revived.stack).toBe(error.stack);
    expect({ ...revived }).toEqual({
      ...Object.fromEntries(
        Object.entries(error).filter(([field]) => field !== 'name'),
      ),
    });
  });

  it('may be anything that was thrown', () => {
    expect(reviveError(packError('words')).message).toBe('words');
  });

  it('are values of a task', async () => {
    const files = await new FileSharer().share(
      filesOf({ 'app/a.yaml': 'a: [' }),
    );
    const spec = {
      path: './app',
      interval: '',
      prune: false,
      sourceRef: { kind: 'GitRepository' as const, name: '' },
    };
    expect(
      clone(build({ thread: new Int32Array(1), input: { files, spec } })),
    ).toEqual({
      error: expect.objectContaining({
        name: 'YamlError',
        details: expect.objectContaining({ code: 'syntax', line: 1 }),
      }),
    });
  });
});
