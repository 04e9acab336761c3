import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Receiver } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';

type Secret = KubernetesObject & { data?: Record<string, string> };

/** The values that the calls of a Receiver are held against. */
export class ReceiverSecret {
  private constructor(private readonly data: Record<string, string>) {}

  /**
   * Empty for a Receiver that names none: its calls bring tokens of their own.
   *
   * @throws Error where the Secret or its token is missing
   */
  static async read(
    home: Home,
    { metadata, spec }: Receiver,
    signal?: AbortSignal,
  ): Promise<ReceiverSecret> {
    const { namespace = 'default' } = metadata;
    const { secretRef } = spec;
    if (!secretRef) {
      return new ReceiverSecret({});
    }
    const { name } = secretRef;
    const found = await home.client.get<Secret>(
      { apiVersion: 'v1', kind: 'Secret', namespace, name },
      { signal },
    );
    if (!found) {
      throw new Error(
        `unable to read token from secret '${namespace}/${name}': it is not there; create it with the key 'token'`,
      );
    }
    const secret = new ReceiverSecret(found.data ?? {});
    if (secret.token === '') {
      throw new Error(
        `invalid '${namespace}/${name}' secret data: required field 'token', and it must not be empty`,
      );
    }
    return secret;
  }

  get token(): string {
    return this.get('token') ?? '';
  }

  get(key: string): string | undefined {
    return Object.hasOwn(this.data, key)
      ? Buffer.from(this.data[key], 'base64').toString('utf8')
      : undefined;
  }
}
