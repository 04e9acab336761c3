import type { RequestOptions } from 'node:https';
import {
  ClusterAccess,
  KubeConfigError,
} from '@backstage-gitops/kubernetes-apply';
import { ClusterAccess as Access } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';

/** Of the life of a credential after which it is renewed, as Flux does. */
const RENEW_AFTER = 0.8;
/** Where nobody says how long it is good. */
const RENEW_MS = 300_000;

interface Issued {
  access: Access;
  /** Milliseconds since the epoch. */
  renewAt: number;
  expiresAt: number;
}

/**
 * Access with a credential that does not last: whoever connects gets one that is
 * good for a while, renewed before it ends. Where it cannot be renewed, the old
 * one is used until then.
 */
export class IssuedAccess implements ClusterAccess {
  private readonly issue: () => Promise<Access>;
  private readonly now: () => number;
  private issued: Issued | undefined;
  private renewing: Promise<Issued> | undefined;

  constructor(options: { issue: () => Promise<Access>; now: () => number }) {
    this.issue = options.issue;
    this.now = options.now;
  }

  /**
   * Access as it is now.
   *
   * @throws what hinders it
   */
  async current(): Promise<Access> {
    const { issued } = this;
    if (issued && this.now() < issued.renewAt) {
      return issued.access;
    }
    try {
      return (await this.renew()).access;
    } catch (error) {
      if (issued && this.now() < issued.expiresAt) {
        return issued.access;
      }
      throw error;
    }
  }

  getCurrentCluster() {
    const { connection } = this.issued?.access ?? {};
    return {
      server: connection?.server ?? '',
      proxyUrl: connection?.proxyUrl,
    };
  }

  getCurrentUser() {
    return null;
  }

  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    let access: Access;
    try {
      access = await this.current();
    } catch (error) {
      assertError(error);
      throw new KubeConfigError(
        `the credential for ${this.getCurrentCluster().server} could not be renewed: ${error.message}`,
        { cause: error },
      );
    }
    const { connection, credential } = access;
    if (connection.certificateAuthority) {
      options.ca = connection.certificateAuthority;
    }
    options.servername = connection.tlsServerName;
    switch (credential.type) {
      case 'token':
        options.headers = { Authorization: `Bearer ${credential.token}` };
        break;
      case 'certificate':
        options.cert = credential.certificate;
        options.key = credential.privateKey;
        break;
      case 'basic':
        options.auth = `${credential.username}:${credential.password}`;
        break;
      default:
        throw new KubeConfigError('there is no credential for the cluster');
    }
  }

  private renew(): Promise<Issued> {
    this.renewing ??= this.ask().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async ask(): Promise<Issued> {
    const askedAt = this.now();
    const access = await this.issue();
    if (access.connection.insecureSkipTlsVerify) {
      throw new KubeConfigError(
        'the cluster would not be verified, which is not allowed',
      );
    }
    const expiresAt = access.expiresAt?.getTime() ?? Infinity;
    this.issued = {
      ...{ access, expiresAt },
      renewAt:
        askedAt +
        (Number.isFinite(expiresAt)
          ? (expiresAt - askedAt) * RENEW_AFTER
          : RENEW_MS),
    };
    return this.issued;
  }
}
