import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { gitEnvironment, startFailure } from './gitCommand';

/** Where a request to the backend goes. */
export interface BackendCall {
  root: string;
  /** Path below the root, such as `/owner/name.git/info/refs`. */
  pathInfo: string;
  query: string;
  user?: string;
}

const HEADER_LIMIT = 64 * 1024;

/** Answers a request with `git http-backend`, which speaks CGI. */
export async function callHttpBackend(
  call: BackendCall,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const env: Record<string, string> = gitEnvironment({
    GIT_PROJECT_ROOT: call.root,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: call.pathInfo,
    QUERY_STRING: call.query,
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_ADDR: '127.0.0.1',
    // Directories may belong to another user than the one who runs the sandbox.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  });
  if (call.user) env.REMOTE_USER = call.user;
  const protocol = request.headers['git-protocol'];
  if (typeof protocol === 'string') env.GIT_PROTOCOL = protocol;

  await new Promise<void>((resolve, reject) => {
    const child = spawn('git', ['http-backend'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.on('error', error => reject(startFailure(error)));
    const body: Readable =
      request.headers['content-encoding'] === 'gzip'
        ? request.pipe(createGunzip())
        : request;
    body.on('error', () => child.kill());
    child.stdin.on('error', () => {}); // the backend may answer before it has read all
    body.pipe(child.stdin);
    response.on('close', () => child.kill());
    relay(child.stdout, response, resolve);
  });
}

/** Reads the CGI headers, then passes the body on. */
function relay(
  output: Readable,
  response: ServerResponse,
  done: () => void,
): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    if (!head) {
      if (!response.write(chunk)) {
        output.pause();
        response.once('drain', () => output.resume());
      }
      return;
    }
    head = Buffer.concat([head, chunk]);
    const match = /\r?\n\r?\n/.exec(head.toString('latin1'));
    if (!match) {
      if (head.length > HEADER_LIMIT) response.destroy();
      return;
    }
    const headers = head.subarray(0, match.index).toString('latin1');
    const rest = head.subarray(match.index + match[0].length);
    head = undefined;
    writeHead(headers, response);
    if (rest.length > 0) response.write(rest);
  });
  output.on('end', () => {
    if (head) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end();
    done();
  });
}

function writeHead(text: string, response: ServerResponse): void {
  let status = 200;
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (!name) continue;
    if (name.toLowerCase() === 'status') status = parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
