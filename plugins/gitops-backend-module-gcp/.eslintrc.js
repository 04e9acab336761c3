module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // Tests use the plugin's own connections.
    '@backstage/no-mixed-plugin-imports': [
      'warn',
      { excludedFiles: ['**/*.test.ts'] },
    ],
  },
});
