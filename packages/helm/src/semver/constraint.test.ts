import {
  compareVersions,
  Constraint,
  formatVersion,
  parseStrictVersion,
  parseVersion,
  SemverError,
} from './index';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SemverError) return error.code;
    throw error;
  }
}

describe('parseVersion', () => {
  it.each([
    ['1', '1.0.0'],
    ['v1.2', '1.2.0'],
    ['01.02.03', '1.2.3'],
    ['1.2.3-rc.1+build.5', '1.2.3-rc.1+build.5'],
    ['18446744073709551615.0.0', '18446744073709551615.0.0'],
  ])('%s is %s', (text, canonical) => {
    expect(formatVersion(parseVersion(text))).toBe(canonical);
    expect(parseVersion(text).original).toBe(text);
  });

  it.each([
    ['', 'INVALID_VERSION'],
    ['1.2.3.4', 'INVALID_VERSION'],
    ['V1.2.3', 'INVALID_VERSION'],
    ['1.2.3-', 'INVALID_VERSION'],
    ['1.2.3-01', 'LEADING_ZERO'],
    ['18446744073709551616.0.0', 'OUT_OF_RANGE'],
    ['1'.repeat(1_000_000), 'INVALID_VERSION'],
  ])('refuses %.30s', (text, code) => {
    expect(codeOf(() => parseVersion(text))).toBe(code);
  });
});

describe('parseStrictVersion', () => {
  it.each(['1.2.3', 'v1.2.3-rc.1', '2025.02.03'])('takes %s', text => {
    expect(parseStrictVersion(text).original).toBe(text);
  });

  it.each(['1', '1.2', 'v1.2', '1.2-beta', 'latest', ''])(
    'refuses %s',
    text => {
      expect(codeOf(() => parseStrictVersion(text))).toBe('INVALID_VERSION');
    },
  );
});

describe('compareVersions', () => {
  it('orders pre-releases by their parts, and releases after them', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.1',
      '1.10.0',
      '2.0.0',
    ].map(parseVersion);
    const shuffled = [...ordered].reverse().sort(compareVersions);
    expect(shuffled).toEqual(ordered);
  });

  it('ignores metadata', () => {
    expect(
      compareVersions(parseVersion('1.0.0+a'), parseVersion('1.0.0+b')),
    ).toBe(0);
  });
});

describe('Constraint', () => {
  it('takes pre-releases only where the same alternative names one', () => {
    const version = parseVersion('1.5.0-rc.1');
    expect(Constraint.parse('>=1.0.0').check(version).matches).toBe(false);
    expect(Constraint.parse('>=1.0.0-0').check(version).matches).toBe(true);
    expect(Constraint.parse('>=2.0.0-0 || >=1.0.0').check(version)).toEqual({
      matches: false,
      reasons: [
        '1.5.0-rc.1 is less than 2.0.0-0',
        '1.5.0-rc.1 is a prerelease version and the constraint is only looking for release versions',
      ],
    });
  });

  it.each([
    '',
    '>',
    '1.2 ||',
    '>=1.2,',
    '1.2.3.4',
    '!1.2.3',
    'latest',
    '>=1 <2x y',
  ])('refuses %p', text => {
    expect(codeOf(() => Constraint.parse(text))).toMatch(/^INVALID_CONSTRAINT/);
  });

  it('refuses hostile text in linear time', () => {
    const text = `${'1  '.repeat(600)}!`;
    expect(codeOf(() => Constraint.parse(text))).toBe('INVALID_CONSTRAINT');
    expect(codeOf(() => Constraint.parse('1 '.repeat(100_000)))).toBe(
      'INVALID_CONSTRAINT',
    );
  });
});
