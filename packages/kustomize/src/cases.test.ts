import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { BuildOptions } from '.';
import { buildError, buildText } from './testing/buildText';

interface Case {
  name: string;
  files: Record<string, string>;
  target?: string;
  reorder?: BuildOptions['reorder'];
  output?: string;
  error?: string;
}

const folder = join(__dirname, '../cases');
const features = readdirSync(folder).map(file => ({
  feature: file.replace(/\.yaml$/, ''),
  cases: parseYaml(
    readFileSync(join(folder, file), 'utf8'),
  ) as unknown as Case[],
}));

describe.each(features)('$feature', ({ cases }) => {
  const outputs = cases.filter(({ output }) => output !== undefined);
  const errors = cases.filter(({ error }) => error !== undefined);

  it('has an output or an error in each case', () => {
    expect(outputs.length + errors.length).toBe(cases.length);
  });

  it.each(outputs)('$name', ({ files, target, reorder, output }) => {
    expect(buildText(files, { path: target, reorder: reorder ?? 'none' })).toBe(
      output,
    );
  });

  if (errors.length > 0) {
    it.each(errors)('refuses: $name', ({ files, target, error }) => {
      expect(buildError(files, { path: target })).toMatchObject({
        code: error,
      });
    });
  }
});
