import * as fs from 'node:fs';
import * as https from 'node:https';
import * as os from 'node:os';
import * as path from 'node:path';
import type { JsonObject } from '../json/value';
import type { KubernetesApiOptions, SandboxKubernetes } from '../kubernetesApi';
import { startKubernetesApi } from '../kubernetesApi';

/** An answer of the API. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON; empty where it is none. */
  body: JsonObject;
}

/** A Kubernetes API for one test file, and how to ask it. */
export class TestApi {
  private constructor(
    readonly api: SandboxKubernetes,
    private readonly directory: string,
  ) {}

  static async start(
    options: Partial<KubernetesApiOptions> = {},
  ): Promise<TestApi> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-api-'));
    const api = await startKubernetesApi({ dataDir: directory, ...options });
    return new TestApi(api, directory);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    fs.rmSync(this.directory, { recursive: true });
  }

  /** Sends a request; an object becomes a JSON body. */
  call(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.api.url}${url}`,
        {
          method,
          ca: this.api.caPem,
          headers: {
            authorization: `Bearer ${this.api.token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text ?? ''),
            ...headers,
          },
        },
        response => {
          let received = '';
          response.on('data', chunk => {
            received += String(chunk);
          });
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: received,
              body: parse(received),
            }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }

  /** The events of a watch until one of them is wanted. */
  watch(
    url: string,
    isLast: (event: JsonObject) => boolean,
  ): Promise<JsonObject[]> {
    return new Promise((resolve, reject) => {
      const events: JsonObject[] = [];
      let rest = '';
      const request = https.get(
        `${this.api.url}${url}`,
        {
          ca: this.api.caPem,
          headers: { authorization: `Bearer ${this.api.token}` },
        },
        response => {
          response.on('data', chunk => {
            rest += String(chunk);
            const lines = rest.split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              const event = parse(line);
              events.push(event);
              if (!isLast(event)) continue;
              resolve(events);
              request.destroy();
              return;
            }
          });
          response.on('end', () => resolve(events));
          response.on('error', () => resolve(events));
        },
      );
      request.on('error', reject);
    });
  }
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

/** A ConfigMap to be sent. */
export function configMap(
  name: string,
  data: JsonObject = {},
  metadata: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...metadata },
    data,
  };
}

export const APPLY = { 'content-type': 'application/apply-patch+yaml' };
export const MERGE = { 'content-type': 'application/merge-patch+json' };
