import { HttpConnections } from '@backstage-gitops/plugin-gitops-node';
import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { assertError } from '@backstage/errors';
import {
  createLocalJWKSet,
  errors,
  JSONWebKeySet,
  JWTPayload,
  jwtVerify,
} from 'jose';
import { WebhookRefusedError } from './WebhookCall';

/** Those whose verifiers hold no secret. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];
/** How long keys are taken as they are. */
const KEPT_MS = 10 * 60_000;
/** A token with a key that is not known is no reason to ask more often. */
const ASKED_AGAIN_MS = 60_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
const MOST_ISSUERS = 200;

interface Keys {
  find: ReturnType<typeof createLocalJWKSet>;
  at: number;
}

/** Holds tokens of OpenID Connect against the keys of their issuers. */
export class TokenVerifier {
  private readonly connections: HttpConnections;
  private readonly now: () => number;
  /** By where they are; an address is asked once for all who wait. */
  private readonly keys = new Map<string, Promise<Keys>>();

  constructor(options: { connections: HttpConnections; now?: () => number }) {
    this.connections = options.connections;
    this.now = options.now ?? Date.now;
  }

  /**
   * The claims of a token that is signed by its issuer, for the audience, in its time.
   *
   * @param wanted - `keys`: where those of the issuer are; default where its
   * configuration says
   * @throws WebhookRefusedError
   */
  async verify(
    token: string,
    wanted: { issuer: readonly string[]; audience: string; keys?: string },
  ): Promise<Record<string, unknown>> {
    const { issuer, audience } = wanted;
    const place = wanted.keys ?? issuer[0];
    const load = () =>
      wanted.keys ? this.load(wanted.keys) : this.discover(issuer[0]);
    const check = async (keys: Keys): Promise<JWTPayload> => {
      const { payload } = await jwtVerify(token, keys.find, {
        ...{ audience, issuer: [...issuer], algorithms: ALGORITHMS },
        currentDate: new Date(this.now()),
        requiredClaims: ['exp'],
      });
      return payload;
    };
    try {
      const keys = await this.keysOf(place, load, KEPT_MS);
      try {
        return await check(keys);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) {
          throw error;
        }
        return await check(await this.keysOf(place, load, ASKED_AGAIN_MS));
      }
    } catch (error) {
      assertError(error);
      if (error instanceof WebhookRefusedError) {
        throw error;
      }
      throw new WebhookRefusedError(
        'WEBHOOK_BAD_TOKEN',
        error instanceof errors.JOSEError
          ? `the Bearer token does not hold: ${error.message}`
          : `the keys of ${issuer[0]} could not be had: ${error.message}`,
      );
    }
  }

  private async keysOf(
    place: string,
    load: () => Promise<Keys['find']>,
    maxAgeMs: number,
  ): Promise<Keys> {
    const kept = await this.keys.get(place)?.catch(() => undefined);
    if (kept && this.now() - kept.at < maxAgeMs) {
      return kept;
    }
    const at = this.now();
    const loading = load().then(find => ({ find, at }));
    this.keys.delete(place);
    this.keys.set(place, loading);
    if (this.keys.size > MOST_ISSUERS) {
      const [oldest] = this.keys.keys();
      this.keys.delete(oldest);
    }
    try {
      return await loading;
    } catch (error) {
      if (this.keys.get(place) === loading) {
        this.keys.delete(place);
      }
      throw error;
    }
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  private async discover(issuer: string): Promise<Keys['find']> {
    const configuration = await this.get(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    );
    if (configuration.issuer !== issuer) {
      throw new Error('its configuration is that of another issuer');
    }
    const { jwks_uri: place } = configuration;
    if (typeof place !== 'string' || !URL.canParse(place)) {
      throw new Error('its configuration does not say where they are');
    }
    return this.load(place);
  }

  private async load(place: string): Promise<Keys['find']> {
    const keys = await this.get(place);
    return createLocalJWKSet(keys as unknown as JSONWebKeySet);
  }

  private async get(url: string): Promise<Record<string, unknown>> {
    const client = this.connections.open();
    try {
      const answer = await client.request(url, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json' },
        maxBytes: MAX_BYTES,
      });
      const text = await answer.text();
      if (answer.status !== 200) {
        throw new Error(`${new URL(url).host} answered ${answer.status}`);
      }
      const found: unknown = JSON.parse(text);
      if (!isJsonObject(found)) {
        throw new Error(`${new URL(url).host} answered no JSON object`);
      }
      return found;
    } finally {
      client.release();
    }
  }
}
