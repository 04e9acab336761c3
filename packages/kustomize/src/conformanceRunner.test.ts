import { showDiff } from '../conformance/showDiff';
import { ConformanceCase } from '../conformance/readCases';
import { runCase } from '../conformance/runCases';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n';
const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n';

function run(test: Partial<ConformanceCase>) {
  return runCase({
    name: 'a case',
    category: 'cases',
    target: '.',
    files: {
      'kustomization.yaml': 'resources: [c.yaml, n.yaml]\n',
      'c.yaml': configMap,
      'n.yaml': namespace,
    },
    cliFlags: ['--reorder=none'],
    ...test,
  });
}

describe('a conformance case', () => {
  const inOrder = `${configMap}---\n${namespace}`;
  const sorted = `${namespace}---\n${configMap}`;

  it('passes where every byte is right, in both orders', () => {
    expect(run({ expected: inOrder })).toEqual({
      name: 'a case',
      category: 'cases',
      kind: 'output',
      passed: true,
    });
    expect(
      run({ expected: inOrder, expectedDefaultOrder: sorted }).passed,
    ).toBe(true);
    expect(run({ expected: sorted, cliFlags: ['--reorder=legacy'] })).toEqual(
      expect.objectContaining({ passed: true }),
    );
  });

  it('fails where either order differs', () => {
    expect(run({ expected: sorted })).toMatchObject({
      kind: 'output',
      passed: false,
      expected: sorted,
      actual: inOrder,
    });
    expect(
      run({ expected: inOrder, expectedDefaultOrder: inOrder }),
    ).toMatchObject({ passed: false, actual: sorted });
  });

  it('passes without an output where the build fails with our error', () => {
    expect(run({ target: 'nowhere' })).toMatchObject({
      kind: 'error',
      passed: true,
    });
    expect(run({ expectedError: 'no such thing' })).toMatchObject({
      kind: 'error',
      passed: false,
      reason: expect.stringContaining('no such thing'),
    });
  });
});

describe('showDiff', () => {
  it('shows what differs, with its surroundings', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
    const changed = lines.map(line => (line === 'line 9' ? 'another' : line));
    expect(showDiff(lines.join('\n'), changed.join('\n'))).toContain(
      ' line 8\n-line 9\n+another\n line 10',
    );
  });

  it('is bounded', () => {
    const long = Array.from({ length: 1_000 }, (_, i) => `${i}`);
    const other = long.map(line => `-${line}`);
    const text = showDiff(long.join('\n'), other.join('\n'));
    expect(text.split('\n')).toHaveLength(81);
    expect(text).toContain('lines more');
    const longer = Array.from({ length: 9_000 }, (_, i) => `${i}`);
    expect(showDiff(longer.join('\n'), 'a')).toContain('more than 5000');
  });
});
