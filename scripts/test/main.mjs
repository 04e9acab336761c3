// All tests, on Node 24, with a PostgreSQL of their own. The last line counts.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bin, environment, root } from '../lib/prepare.mjs';
import { startPostgres } from '../lib/postgres.mjs';
import { findTools } from './tools.mjs';

const help = `Runs all tests.

  npm test                      everything
  npm test -- PATTERN ...       test files whose path matches
  npm test -- --help            this text

A test that needs a program which is not on this machine (kubectl, ...) is
skipped and counted. The last line is: N passed, N failed, N skipped.`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(help);
  process.exit(0);
}

const scratch = mkdtempSync(path.join(tmpdir(), 'gitops-test-'));
// PostgreSQL runs as a user of its own where this runs as root.
chmodSync(scratch, 0o711);
let postgres;
let exitCode = 1;
let line = '0 passed, 1 failed';
try {
  const missing = findTools().filter(({ found }) => !found);
  for (const { name, needed } of missing) {
    console.log(`${name} is not on this machine; skipped: ${needed}`);
  }
  if (process.env.GITOPS_REQUIRE_TOOLS && missing.length > 0) {
    throw new Error('Where programs are required, no test may be skipped');
  }
  postgres = await startPostgres(path.join(scratch, 'postgres'));
  const report = path.join(scratch, 'jest.json');
  const code = await run(
    path.join(bin, 'backstage-cli'),
    [
      'repo',
      'test',
      '--coverage=false',
      '--watchAll=false',
      '--json',
      `--outputFile=${report}`,
      '--silent=false',
      ...args,
    ],
    {
      CI: '1',
      NODE_ENV: 'test',
      BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING:
        postgres.connectionString,
    },
  );
  ({ line, exitCode } = summarize(JSON.parse(readFileSync(report)), code));
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
} finally {
  await postgres?.stop().catch(() => {});
  rmSync(scratch, { recursive: true, force: true });
  console.log(line);
  process.exit(exitCode);
}

function summarize(result, code) {
  // A file that cannot even be loaded holds no test that could fail.
  const broken = result.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = result.numFailedTests + broken.length;
  const skipped = result.numPendingTests + result.numTodoTests;
  const counts = [`${result.numPassedTests} passed`, `${failed} failed`];
  if (skipped > 0) {
    counts.push(`${skipped} skipped`);
    for (const file of result.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'pending') {
          console.log(
            `skipped: ${path.relative(root, file.name)}: ${test.fullName}`,
          );
        }
      }
    }
  }
  const good = code === 0 && failed === 0 && result.numPassedTests > 0;
  return { line: counts.join(', '), exitCode: good ? 0 : 1 };
}

function run(command, argv, extra) {
  return new Promise((resolve, reject) => {
    // The report goes to its file; what jest prints for people to stderr.
    const child = spawn(command, argv, {
      cwd: root,
      env: environment(extra),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}
