import { assertError } from '@backstage/errors';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  SourceFetchError,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../../homes/Home';

/** Reads one namespace of a home, as the portal. */
export class NamespaceReader implements SourceHome {
  readonly name: string;

  constructor(
    private readonly home: Home,
    private readonly namespace: string,
    private readonly signal: AbortSignal,
  ) {
    this.name = home.name;
  }

  get<T extends object>(reference: {
    apiVersion: string;
    kind: string;
    name: string;
  }): Promise<T | undefined> {
    return this.home.read(
      { ...reference, namespace: this.namespace },
      { signal: this.signal },
    ) as Promise<T | undefined>;
  }

  async list<T extends object>(reference: {
    apiVersion: string;
    kind: string;
  }): Promise<T[]> {
    const { items } = await this.home.client.list<KubernetesObject>({
      ...reference,
      namespace: this.namespace,
      signal: this.signal,
    });
    return items as unknown as T[];
  }

  async serviceAccountToken(
    name: string,
    audiences: readonly string[],
  ): Promise<string> {
    const segments = [this.namespace, 'serviceaccounts', name, 'token'].map(
      encodeURIComponent,
    );
    const { status, text } = await this.home.client.raw(
      `/api/v1/namespaces/${segments.join('/')}`,
      {
        method: 'POST',
        signal: this.signal,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [...audiences] },
        },
      },
    );
    const token = status < 300 ? tokenOf(text) : undefined;
    if (!token) {
      throw new SourceFetchError(
        status === 404
          ? `ServiceAccount ${this.namespace}/${name} not found; create it or correct spec.serviceAccountName`
          : `the cluster gave no token for ServiceAccount ${this.namespace}/${name} (status ${status})`,
        { reason: Reason.AuthenticationFailed },
      );
    }
    return token;
  }
}

function tokenOf(text: string): string | undefined {
  try {
    return JSON.parse(text).status?.token;
  } catch (error) {
    assertError(error);
    return undefined;
  }
}
