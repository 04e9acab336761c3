module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // The table of cases is tests, in files of its own.
      files: ['src/cases/**'],
      rules: {
        'jest/no-standalone-expect': 'off',
        'no-restricted-imports': 'off',
      },
    },
    {
      files: ['src/cluster.test.ts'],
      rules: {
        'jest/expect-expect': ['warn', { assertFunctionNames: ['runCase'] }],
      },
    },
  ],
});
