import { fail, handOver, installDependencies } from './lib/prepare.mjs';

const args = process.argv.slice(2);
try {
  if (!args.includes('--help') && !args.includes('-h')) {
    await installDependencies();
    await handOver('scripts/start/main.mjs', args);
  } else {
    const { help } = await import('./start/options.mjs');
    console.log(help);
  }
} catch (error) {
  fail(error);
}
