import { assertError } from '@backstage/errors';

/** Does something; what it fails with says first what was tried. */
export async function failingAs<T>(
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    assertError(error);
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
}
