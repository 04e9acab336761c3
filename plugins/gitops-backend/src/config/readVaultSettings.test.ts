import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { readVaultSettings } from './readVaultSettings';

const read = (kustomize: JsonObject) =>
  readVaultSettings(new ConfigReader({ kustomize }));

describe('readVaultSettings', () => {
  it('asks nobody by default', () => {
    expect(readVaultSettings(undefined)).toEqual({ addresses: [], logins: [] });
  });

  it('takes addresses in one form', () => {
    expect(
      read({
        vaultAddresses: [
          'https://Vault.example.org:443/',
          'http://10.0.0.1:8200/behind/',
        ],
        vaultLogins: [
          {
            address: 'https://bao.example.org:8200/',
            loginPath: 'team/auth/jwt/login',
          },
        ],
      }),
    ).toEqual({
      addresses: ['https://vault.example.org', 'http://10.0.0.1:8200/behind'],
      logins: [
        {
          address: 'https://bao.example.org:8200',
          path: 'team/auth/jwt/login',
        },
      ],
    });
  });

  it.each([
    'vault.example.org',
    'ftp://vault.example.org',
    'https://user:secret@vault.example.org',
    'https://vault.example.org?x=y',
  ])('refuses %s', address => {
    expect(() => read({ vaultAddresses: [address] })).toThrow(
      'gitops.kustomize.vaultAddresses',
    );
    expect(() =>
      read({ vaultLogins: [{ address, loginPath: 'auth/jwt/login' }] }),
    ).toThrow('must look like https://vault.example.org:8200');
  });
});
