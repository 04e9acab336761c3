import {
  HttpClient,
  HttpResponse,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';
import { readChallenge } from './challenge';
import { describeAnswer } from './describeAnswer';
import { basicAuthorization, fetchToken } from './fetchToken';
import { Keychain } from './Keychain';
import { readRealm } from './realm';
import { RegistryRepository } from './reference';
import { RegistryError } from './RegistryError';
import { memoryKey } from '../secrets/memoryKey';
import { RegistryMemory } from './RegistryMemory';
import { retrying } from './retrying';
import { isOfThisMachine, mayTryHttp } from './schemes';

/** What {@link RegistryTransport} is made of. */
export interface RegistryTransportOptions {
  http: HttpClient;
  /** Same text for same connections. */
  connectionKey: string;
  keychain: Keychain;
  memory: RegistryMemory;
  /** Plain http will do where there is no https. */
  insecure: boolean;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
}

/** One request to a registry. */
export interface RegistryRequest {
  repository: RegistryRepository;
  /** Below `/v2/<name>`, with a leading slash; maybe with a query. */
  path: string;
  method?: 'GET' | 'HEAD';
  accept?: string;
  /** Bytes of the answer's body. */
  maxBytes: number;
  signal: AbortSignal;
  /** Where the registry is, where that is known. */
  base?: URL;
  /** How often it is tried; see {@link retrying}. */
  attempts?: number;
}

/** Bytes that are read of an answer that tells of a failure. */
const MAX_FAILURE = 64 * 1024;

/**
 * Requests to registries, with the authorization that they want: finds out
 * whether a registry speaks https, answers its challenge once, and tries again
 * what may go well a moment later.
 */
export class RegistryTransport {
  private readonly options: RegistryTransportOptions;

  constructor(options: RegistryTransportOptions) {
    this.options = options;
  }

  /**
   * Sends a request and reads its answer; both are repeated where they fail for
   * reasons that pass.
   *
   * @throws RegistryError, NetworkError
   */
  async send<T>(
    request: RegistryRequest,
    read: (answer: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const { wait, now } = this.options;
    const { signal, attempts } = request;
    return retrying({ wait, now, signal, attempts }, async () => {
      const answer = await this.authorized(request);
      if (answer.status !== 200) {
        throw await failureOf(answer, request);
      }
      return read(answer);
    });
  }

  private async authorized(request: RegistryRequest): Promise<HttpResponse> {
    const { keychain } = this.options;
    const { repository } = request;
    const credential = await keychain.resolve(repository);
    const base = request.base ?? (await this.locate(request));
    const { memory, connectionKey, http } = this.options;
    const place = memoryKey(connectionKey, base.origin);
    const scope = `repository:${repository.name}:pull`;
    const tokenKey = (realm: string | undefined, service: string | undefined) =>
      memoryKey(place, realm, service, scope, credential);

    const authorize = async (fresh: boolean): Promise<string | undefined> => {
      if (credential && 'registryToken' in credential) {
        return `Bearer ${credential.registryToken}`;
      }
      const challenge = memory.challenge(place);
      if (!challenge) {
        return undefined;
      }
      if (challenge.scheme === 'basic') {
        return basicAuthorization(credential);
      }
      const { realm, service } = challenge.parameters;
      const key = tokenKey(realm, service);
      if (fresh) {
        memory.forgetToken(key);
      }
      const token = await memory.askToken(key, () =>
        fetchToken({
          ...{ http, challenge, scope, credential, signal: request.signal },
          realm: readRealm(realm, base),
          registry: repository.registry,
        }),
      );
      return `Bearer ${token}`;
    };

    const authorization = await authorize(false);
    const answer = await this.ask(base, request, authorization);
    if (answer.status !== 401) {
      return answer;
    }
    const challenge = readChallenge(answer.headers['www-authenticate']);
    // Only what the registry itself wants is met: after a redirect it is another.
    if (!challenge || answer.url.origin !== base.origin) {
      return answer;
    }
    memory.keepChallenge(place, challenge);
    const next = await authorize(authorization !== undefined);
    if (next === undefined || next === authorization) {
      return answer;
    }
    await readOut(answer);
    return this.ask(base, request, next);
  }

  private ask(
    base: URL,
    { repository, path, method, accept, maxBytes, signal }: RegistryRequest,
    authorization: string | undefined,
  ): Promise<HttpResponse> {
    return this.options.http.request(
      new URL(`/v2/${repository.name}${path}`, base),
      {
        ...{ method, authorization, signal },
        maxBytes: Math.max(maxBytes, MAX_FAILURE),
        headers: accept ? { accept } : {},
      },
    );
  }

  /** Where the registry is; https before http, and http only where it may be. */
  private async locate({ repository, signal }: RegistryRequest): Promise<URL> {
    const { registry } = repository;
    const { insecure, memory, connectionKey, http } = this.options;
    const secure = new URL(`https://${registry}`);
    if (!insecure && !isOfThisMachine(registry)) {
      return secure;
    }
    const key = memoryKey(connectionKey, insecure, registry);
    const known = memory.origin(key);
    if (known) {
      return new URL(known);
    }
    const ping = async (base: URL) => {
      const answer = await http.request(new URL('/v2/', base), {
        signal,
        redirects: 0,
      });
      await readOut(answer);
      memory.keepOrigin(key, base.origin);
      return base;
    };
    try {
      return await ping(secure);
    } catch (error) {
      if (!(error instanceof NetworkError) || !mayTryHttp(error, insecure)) {
        throw error;
      }
      return ping(new URL(`http://${registry}`));
    }
  }
}

async function failureOf(
  answer: HttpResponse,
  { repository, path }: RegistryRequest,
): Promise<Error> {
  const { status } = answer;
  const text = await readOut(answer);
  const what = `${repository.registry}/${repository.name}${path.split('?')[0]}`;
  const said = describeAnswer(status, text);
  if (status === 401 || status === 403) {
    return new RegistryError(
      'REGISTRY_UNAUTHORIZED',
      `access to ${what} is refused: ${said}`,
      status,
    );
  }
  if (status === 404) {
    return new RegistryError(
      'REGISTRY_NOT_FOUND',
      `there is no ${what}: ${said}`,
      status,
    );
  }
  return new RegistryError(
    'REGISTRY_UNAVAILABLE',
    `${what} cannot be read: ${said}`,
    status,
    answer.headers['retry-after'],
  );
}

/**
 * Reads a small answer to its end, so that its connection can be used again; of a
 * long one nothing more is wanted.
 */
export async function readOut(answer: HttpResponse): Promise<string> {
  try {
    return await answer.text(MAX_FAILURE);
  } catch {
    await answer.dump();
    return '';
  }
}
