import {
  HttpClient,
  S3Credentials,
} from '@backstage-gitops/plugin-gitops-node';
import { childText, findElement, readXml } from '../../../s3/readXml';
import { quoted, S3Error } from '../../../s3/S3Error';

const ANSWER_BYTES = 1024 * 1024;
/** Before they end, so that a request that takes a while is not too late. */
const EARLY_MS = 60_000;

/** What {@link LdapCredentials} is made of. */
export interface LdapCredentialsOptions {
  http: HttpClient;
  /** Of the token service. */
  endpoint: string;
  username: string;
  password: string;
  signal: AbortSignal;
  now: () => number;
}

/** Asks a token service for credentials by the name and password of a directory. */
export class LdapCredentials {
  private readonly options: LdapCredentialsOptions;
  private held: { credentials: S3Credentials; until: number } | undefined;
  private asking: Promise<S3Credentials> | undefined;

  constructor(options: LdapCredentialsOptions) {
    this.options = options;
  }

  /**
   * Credentials that hold for a while (MinIO's AssumeRoleWithLDAPIdentity). Those
   * who ask at the same time wait for the same answer.
   *
   * @throws S3Error, NetworkError
   */
  async get(): Promise<S3Credentials> {
    if (this.held && this.options.now() < this.held.until) {
      return this.held.credentials;
    }
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(): Promise<S3Credentials> {
    const { http, endpoint, username, password, signal } = this.options;
    const response = await http.request(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        Action: 'AssumeRoleWithLDAPIdentity',
        Version: '2011-06-15',
        LDAPUsername: username,
        LDAPPassword: password,
      }).toString(),
      signal,
    });
    const text = await response.text(ANSWER_BYTES);
    if (response.status !== 200) {
      throw refusal(new URL(endpoint).host, response.status, text);
    }
    const element = findElement(readXml(text), 'Credentials');
    const read = (name: string) => element && childText(element, name);
    const accessKeyId = read('AccessKeyId');
    const secretAccessKey = read('SecretAccessKey');
    if (!accessKeyId || !secretAccessKey) {
      throw new S3Error(
        `the STS endpoint ${new URL(endpoint).host} sent no credentials`,
      );
    }
    const end = Date.parse(read('Expiration') ?? '');
    const credentials = {
      accessKeyId,
      secretAccessKey,
      sessionToken: read('SessionToken'),
    };
    // Without an end they are good for this fetch.
    const until = Number.isNaN(end) ? Infinity : end - EARLY_MS;
    this.held = { credentials, until };
    return credentials;
  }
}

function refusal(host: string, status: number, text: string): S3Error {
  let said = '';
  let s3Code = '';
  try {
    const element = findElement(readXml(text), 'Error');
    s3Code = quoted((element && childText(element, 'Code')) ?? '');
    said = quoted((element && childText(element, 'Message')) ?? '');
  } catch {
    // The status says what there is to say.
  }
  return new S3Error(
    `the STS endpoint ${host} answered with status ${status}${s3Code && ` (${s3Code})`}${said && `: ${said}`}`,
    { status, s3Code },
  );
}
