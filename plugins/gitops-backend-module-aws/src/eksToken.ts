import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsCredentials } from './AwsIdentity';

const PREFIX = 'k8s-aws-v1.';
/** Header that binds a token to one cluster. */
const CLUSTER_HEADER = 'x-k8s-aws-id';
const VALID_S = 900;

/**
 * A token for a cluster of EKS: a signed request to the token service of AWS for who
 * one is, which the cluster sends (aws-iam-authenticator; EKS best practices).
 */
export async function eksToken(options: {
  region: string;
  /** Of the cluster. */
  name: string;
  credentials: AwsCredentials;
  now: Date;
}): Promise<string> {
  const { region, name, credentials, now } = options;
  const { config } = new STSClient({ region });
  const { url } = config.endpointProvider({
    ...{ Region: region, UseDualStack: false },
    ...{ UseFIPS: false, UseGlobalEndpoint: false },
  });
  const signer = new SignatureV4({
    ...{ credentials, region, service: 'sts' },
    sha256: config.sha256,
  });
  const signed = await signer.presign(
    {
      ...{ method: 'GET', protocol: url.protocol, hostname: url.hostname },
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: url.hostname, [CLUSTER_HEADER]: name },
    },
    { signingDate: now, expiresIn: VALID_S },
  );
  const query = new URLSearchParams(
    Object.entries(signed.query ?? {}).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  const address = `${url.protocol}//${url.hostname}/?${query}`;
  return `${PREFIX}${Buffer.from(address).toString('base64url')}`;
}
