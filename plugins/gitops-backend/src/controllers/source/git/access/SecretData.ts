import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitCredentialError } from './GitCredentialError';

/** The values of a Secret; what it says of them names keys only. */
export class SecretData {
  /** For messages. */
  readonly where: string;
  private readonly data: Readonly<Record<string, unknown>>;

  constructor(secret: KubernetesObject) {
    const { name, namespace } = secret.metadata;
    this.where = `Secret ${namespace}/${name}`;
    this.data = (secret.data ?? {}) as Record<string, unknown>;
  }

  get keys(): string[] {
    return Object.keys(this.data);
  }

  /** The text of a key; undefined where it is missing or empty. */
  value(key: string): string | undefined {
    const encoded = Object.hasOwn(this.data, key) ? this.data[key] : undefined;
    return typeof encoded === 'string' && encoded !== ''
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : undefined;
  }

  /** @throws GitCredentialError where it is missing or empty */
  required(key: string, neededBy: string): string {
    const found = this.value(key);
    if (found === undefined) {
      throw new GitCredentialError(
        `${this.where} has no key '${key}', which ${neededBy} needs`,
      );
    }
    return found;
  }

  /** @throws GitCredentialError where there is only one of the two */
  pair(first: string, second: string): readonly [string, string] | undefined {
    const values = [this.value(first), this.value(second)] as const;
    if ((values[0] === undefined) !== (values[1] === undefined)) {
      throw new GitCredentialError(
        `${this.where} has only one of the keys '${first}' and '${second}'; it needs both or neither`,
      );
    }
    return values[0] === undefined ? undefined : [values[0], values[1]!];
  }
}
