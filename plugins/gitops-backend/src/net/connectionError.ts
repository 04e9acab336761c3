import { NetworkError } from '@backstage-gitops/plugin-gitops-node';

/** Codes of Node by which it says that it does not trust a certificate. */
const TLS_CODE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|HOSTNAME_MISMATCH)/;

/** What went wrong with a connection, in words; never a path or a query. */
export function connectionError(host: string, error: unknown): NetworkError {
  const cause = innermost(error);
  if (cause instanceof NetworkError) {
    return cause;
  }
  const { code, message } = cause;
  if (code && TLS_CODE.test(code)) {
    return new NetworkError(
      'GITOPS_NETWORK_TLS',
      `the TLS connection to ${host} failed: ${message} (${code})`,
    );
  }
  const text =
    code && !message.includes(code) ? `${message} (${code})` : message || code;
  return new NetworkError(
    'GITOPS_NETWORK_UNREACHABLE',
    `${host} cannot be reached: ${text}`,
  );
}

/** Node wraps what matters several layers deep, the last attempt last. */
function innermost(error: unknown): Error & { code?: string } {
  let current = error as Error & { code?: string };
  for (let depth = 0; depth < 8; depth++) {
    if (current instanceof NetworkError) {
      return current;
    }
    const { cause } = current;
    const inner =
      (current as AggregateError).errors?.at?.(-1) ??
      (!current.message || cause instanceof NetworkError ? cause : undefined);
    if (!inner) {
      return current;
    }
    current = inner as Error & { code?: string };
  }
  return current;
}
