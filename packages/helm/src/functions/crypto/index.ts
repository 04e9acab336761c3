import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { GoFunction, goFunction, STRING } from '@backstage-gitops/go-template';
import type { FunctionOptions } from '../FunctionOptions';
import { createAesFunctions } from './aes';
import { createCertificateFunctions } from './certificates';
import { derivePasswordFunction } from './derivePassword';
import { createPasswordFunctions } from './passwords';
import { generatePrivateKey } from './PrivateKey';
import { sumFunctions } from './sums';

/**
 * The functions of sprig 3.3 for hashes, passwords, ciphers, keys and
 * certificates. They block: a key of RSA takes from tenths of a second to
 * seconds, `bcrypt` and `derivePassword` about a tenth.
 */
export function createCryptoFunctions(
  options: FunctionOptions = {},
): ReadonlyMap<string, GoFunction> {
  const { now = Date.now, randomBytes = nodeRandomBytes } = options;
  return new Map([
    ...sumFunctions,
    ...createAesFunctions(randomBytes),
    ...createPasswordFunctions(randomBytes),
    ...createCertificateFunctions({ now, randomBytes }),
    ['derivePassword', derivePasswordFunction],
    ['genPrivateKey', goFunction([STRING], generatePrivateKey)],
  ]);
}
