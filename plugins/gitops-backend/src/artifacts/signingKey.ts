import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The key that signs the addresses of artifacts. It lies beside them, where all
 * replicas that share the artifacts find the same one; the first makes it.
 */
export async function loadSigningKey(directory: string): Promise<Buffer> {
  const file = path.join(directory, '.signing-key');
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(file, randomBytes(32).toString('hex'), {
      flag: 'wx',
      mode: 0o600,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  // Another process may have created the file a moment ago and not filled it.
  for (let attempt = 0; attempt < 50; attempt++) {
    const key = Buffer.from(await readFile(file, 'utf8'), 'hex');
    if (key.length === 32) {
      return key;
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(
    `${file} holds no key; delete it, and a new one is made (addresses in statuses become invalid and are renewed)`,
  );
}
