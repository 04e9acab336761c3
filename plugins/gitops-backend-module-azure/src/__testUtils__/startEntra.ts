import { createVerify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * A double of the token endpoint of Microsoft Entra and of the exchange endpoint
 * of a registry, on loopback; checks signatures of certificates.
 */
export class FakeEntra {
  readonly seen: { path: string; form: Record<string, string> }[] = [];
  certificate: string | undefined;
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(error =>
      response.writeHead(500).end(String(error)),
    );
  });

  static async start(): Promise<FakeEntra> {
    const entra = new FakeEntra();
    entra.server.listen(0, '127.0.0.1');
    await once(entra.server, 'listening');
    return entra;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = request.url!;
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    this.seen.push({ path, form });
    const send = (status: number, answer: object) =>
      response.writeHead(status).end(JSON.stringify(answer));
    if (path === '/oauth2/exchange') {
      const claims = Buffer.from(JSON.stringify({ exp: 1_900_000_000 }));
      send(200, { refresh_token: `h.${claims.toString('base64url')}.s` });
    } else if (this.knows(form)) {
      send(200, { access_token: `of ${form.client_id}`, expires_in: 3600 });
    } else {
      send(401, {
        error: 'invalid_client',
        error_description: 'AADSTS7000215: Invalid client secret provided.',
      });
    }
  }

  private knows(form: Record<string, string>): boolean {
    if (form.client_secret !== undefined) {
      return form.client_secret === 'secret';
    }
    const assertion = form.client_assertion ?? '';
    const [header, claims, signature] = assertion.split('.');
    return this.certificate && signature
      ? createVerify('RSA-SHA256')
          .update(`${header}.${claims}`)
          .verify(
            new X509Certificate(this.certificate).publicKey,
            signature,
            'base64url',
          )
      : assertion === 'token-of-reader';
  }
}
