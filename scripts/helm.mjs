import { fail, installDependencies, runTypeScript } from './lib/prepare.mjs';

try {
  await installDependencies();
  await runTypeScript('packages/helm/command/main.ts', process.argv.slice(2));
} catch (error) {
  fail(error);
}
