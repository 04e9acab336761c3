import {
  CipherAlgorithm,
  KexAlgorithm,
  MacAlgorithm,
  ServerHostKeyAlgorithm,
} from 'ssh2';

/** What a connection may use; nothing with SHA-1, CBC or a small group. */
export const SSH_ALGORITHMS: {
  kex: KexAlgorithm[];
  cipher: CipherAlgorithm[];
  hmac: MacAlgorithm[];
  compress: 'none'[];
} = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
  ],
  compress: ['none'],
};

const HOST_KEYS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Algorithms of host keys, first those whose keys are known, so that a server
 * with several keys shows one that can be checked.
 */
export function hostKeyAlgorithms(
  knownTypes: readonly string[],
): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) =>
    knownTypes.includes(
      algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm,
    );
  return [
    ...HOST_KEYS.filter(isKnown),
    ...HOST_KEYS.filter(algorithm => !isKnown(algorithm)),
  ];
}
