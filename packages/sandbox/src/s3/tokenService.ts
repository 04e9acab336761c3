import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { S3Account } from './signature';
import { same } from './signature';
import { element, xmlDocument } from './xml';

const NAMESPACE = ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const SHORTEST_S = 900;

/** Gives out temporary credentials, as the token services of AWS and MinIO do. */
export class TokenService {
  private readonly ldapUsers = new Map<string, string>();
  private webIdentity: (token: string, roleArn?: string) => boolean = () =>
    false;

  constructor(
    private readonly options: {
      now: () => Date;
      add: (account: S3Account) => void;
    },
  ) {}

  allowLdap(username: string, password: string): void {
    this.ldapUsers.set(username, password);
  }

  allowWebIdentity(check: (token: string, roleArn?: string) => boolean): void {
    this.webIdentity = check;
  }

  /** Answers a request for credentials. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<string> {
    const { searchParams } = new URL(request.url ?? '/', 'http://sandbox');
    const form = new URLSearchParams((await buffer(request)).toString());
    const read = (name: string) =>
      form.get(name) ?? searchParams.get(name) ?? '';
    const action = read('Action');
    const seconds = Number(read('DurationSeconds') || 3600);
    const refusal = this.refusalOf(action, read);
    if (seconds < SHORTEST_S) {
      refuse(response, 400, 'ValidationError', 'DurationSeconds is below 900.');
    } else if (refusal) {
      refuse(response, refusal.status, refusal.code, refusal.message);
    } else {
      this.grant(action, seconds, response);
    }
    return action;
  }

  private refusalOf(
    action: string,
    read: (name: string) => string,
  ): { status: number; code: string; message: string } | undefined {
    switch (action) {
      case 'AssumeRoleWithWebIdentity':
        return this.webIdentity(
          read('WebIdentityToken'),
          read('RoleArn') || undefined,
        )
          ? undefined
          : {
              status: 400,
              code: 'InvalidIdentityToken',
              message: 'The web identity token that was passed is not valid.',
            };
      case 'AssumeRoleWithLDAPIdentity': {
        const password = this.ldapUsers.get(read('LDAPUsername'));
        return password !== undefined && same(password, read('LDAPPassword'))
          ? undefined
          : {
              status: 400,
              code: 'InvalidParameterValue',
              message: 'LDAP server error: the user cannot sign in.',
            };
      }
      default:
        return {
          status: 400,
          code: 'InvalidAction',
          message: `The action ${action} is not valid for this endpoint.`,
        };
    }
  }

  private grant(
    action: string,
    seconds: number,
    response: ServerResponse,
  ): void {
    const expiresAt = new Date(this.options.now().getTime() + seconds * 1000);
    const account = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: randomBytes(40).toString('base64'),
      expiresAt,
    };
    this.options.add(account);
    const body = xmlDocument(
      element(
        `${action}Response`,
        [
          element(`${action}Result`, [
            element('Credentials', [
              element('AccessKeyId', account.accessKeyId),
              element('SecretAccessKey', account.secretAccessKey),
              element('SessionToken', account.sessionToken),
              element('Expiration', expiresAt.toISOString()),
            ]),
          ]),
          element('ResponseMetadata', [element('RequestId', 'sandbox')]),
        ],
        NAMESPACE,
      ),
    );
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(body);
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    xmlDocument(
      element(
        'ErrorResponse',
        [
          element('Error', [
            element('Type', 'Sender'),
            element('Code', code),
            element('Message', message),
          ]),
          element('RequestId', 'sandbox'),
        ],
        NAMESPACE,
      ),
    ),
  );
}
