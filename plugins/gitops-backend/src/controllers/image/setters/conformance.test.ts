// Original and expected files of image-automation-controller; skipped where the
// reference material is absent.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ImagePolicy } from '@backstage-gitops/plugin-gitops-common';
import { editFile } from './editFile';
import { settersOf } from './settersOf';

const CASES = path.resolve(
  __dirname,
  '../../../../../../../shared/conformance/flux/image-automation-internal/update/testdata/setters',
);

const image = (name: string, latestRef: object) =>
  ({
    metadata: { namespace: 'automation-ns', name },
    status: { latestRef },
  }) as ImagePolicy;

const SETTERS = settersOf([
  image('policy', { name: 'index.repo.fake/updated', tag: 'v1.0.1' }),
  image('unchanged', { name: 'image', tag: 'v1.0.0' }),
  image('policy-with-digest', {
    name: 'image',
    tag: 'v1.0.0',
    digest:
      'sha256:6745aaad46d795c9836632e1fb62f24b7e7f4c843144da8e47a5465c411a14be',
  }),
]);

(existsSync(CASES) ? describe : describe.skip)('setters of Flux', () => {
  const files = existsSync(CASES)
    ? readdirSync(path.join(CASES, 'original'))
    : ['no reference material'];

  it.each(files)('edit %s as they do', file => {
    const read = (folder: string) => {
      const name = path.join(CASES, folder, file);
      return existsSync(name) ? readFileSync(name, 'utf8') : undefined;
    };
    const result = editFile(Buffer.from(read('original')!), SETTERS);
    expect(
      result.type === 'edited' ? result.content.toString() : undefined,
    ).toBe(read('expected'));
  });
});
