import { fail, handOver, installDependencies } from './lib/prepare.mjs';

try {
  await installDependencies();
  await handOver('scripts/test/main.mjs', process.argv.slice(2));
} catch (error) {
  fail(error);
}
