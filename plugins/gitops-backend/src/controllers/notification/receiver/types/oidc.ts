import { OidcProvider } from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { decodeJwt } from 'jose';
import { ClaimRules } from '../ClaimRules';
import { TokenVerifier } from '../TokenVerifier';
import { WebhookRefusedError, WebhookType } from '../WebhookCall';
import { bearerOf } from './bearer';

const AUDIENCE = 'notification-controller';

/**
 * A token of one of the issuers that the Receiver names: signed, for the audience,
 * in its time, and with claims that all validations allow.
 */
export function genericOidc(
  verifier: TokenVerifier,
  providers: readonly OidcProvider[],
): WebhookType {
  return {
    async verify(call) {
      const token = bearerOf(call);
      const issuer = issuerOf(token);
      const provider = providers.find(({ issuerURL }) => issuerURL === issuer);
      if (!provider) {
        throw new WebhookRefusedError(
          'WEBHOOK_BAD_TOKEN',
          `the Receiver takes no tokens of the issuer ${JSON.stringify(issuer.slice(0, 200))}`,
        );
      }
      const claims = await verifier.verify(token, {
        issuer: [provider.issuerURL],
        audience: provider.audience ?? AUDIENCE,
      });
      new ClaimRules(provider).check(claims);
      const { jti } = claims;
      return {
        claims,
        ...(typeof jti === 'string' &&
          jti !== '' && { identity: JSON.stringify([issuer, jti]) }),
      };
    },
  };
}

/** Not trusted: it only says whose keys to ask for. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    assertError(error);
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_TOKEN',
      'the Bearer token is no JSON Web Token',
    );
  }
}
