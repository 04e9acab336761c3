import { spawnSync } from 'node:child_process';

/** Programs that some tests drive, and what is skipped without them. */
const TOOLS = [
  {
    name: 'kubectl',
    args: ['version', '--client'],
    needed: 'the sandbox under a real kubectl',
  },
  {
    name: '/usr/bin/chromium',
    args: ['--version'],
    needed: 'the portal in a browser',
  },
  {
    name: 'git',
    args: ['--version'],
    needed: 'the Git server under a real git',
  },
  {
    name: '/usr/sbin/sshd',
    args: ['-V'],
    needed: 'Git over ssh with a real OpenSSH server',
  },
  {
    name: 'docker-registry',
    args: ['--version'],
    needed: 'OCI artifacts with a real registry',
  },
  {
    name: 'gpg',
    args: ['--version'],
    needed: 'signatures of commits and tags by a real GnuPG',
  },
];

/** Which of the programs are on this machine. */
export function findTools() {
  return TOOLS.map(({ name, args, needed }) => ({
    name,
    needed,
    found: spawnSync(name, args, { stdio: 'ignore' }).error === undefined,
  }));
}
