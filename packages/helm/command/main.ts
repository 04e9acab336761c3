import { runCommand } from './runCommand';

// Whoever reads the output may have read enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
});

runCommand(process.argv.slice(2), {
  // npm runs scripts at the root; paths count from where they were typed.
  directory: process.env.INIT_CWD ?? process.cwd(),
  print: text => process.stdout.write(text),
  printError: text => process.stderr.write(text),
}).then(
  code => {
    process.exitCode = code;
  },
  error => {
    console.error(error);
    process.exitCode = 2;
  },
);
