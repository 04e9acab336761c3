import * as fs from 'node:fs';
import * as https from 'node:https';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SandboxKubernetes } from './kubernetesApi';
import { startKubernetesApi } from './kubernetesApi';

jest.setTimeout(60_000);

interface Answer {
  status: number;
  text: string;
  json(): { [key: string]: unknown } & {
    metadata: { [key: string]: unknown };
  };
}

function call(
  api: SandboxKubernetes,
  method: string,
  url: string,
  body?: string,
  type = 'application/json',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${api.url}${url}`,
      {
        method,
        ca: api.caPem,
        headers: {
          authorization: `Bearer ${api.token}`,
          'content-type': type,
          'content-length': Buffer.byteLength(body ?? ''),
        },
      },
      response => {
        let text = '';
        response.on('data', chunk => {
          text += String(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            json: () => JSON.parse(text),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

function configMap(name: string, more: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...more },
  });
}

describe('startKubernetesApi', () => {
  let directory: string;
  let api: SandboxKubernetes;

  beforeEach(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-api-'));
    api = await startKubernetesApi({ dataDir: directory, persist: true });
  });

  afterEach(async () => {
    await api.stop();
    fs.rmSync(directory, { recursive: true });
  });

  it('keeps objects, versions and identity over a restart', async () => {
    const created = await call(api, 'POST', CONFIG_MAPS, configMap('kept'));
    await call(api, 'POST', CONFIG_MAPS, configMap('gone'));
    await call(api, 'DELETE', `${CONFIG_MAPS}/gone`);
    const { token, caPem } = api;
    await api.stop();
    api = await startKubernetesApi({ dataDir: directory, persist: true });
    expect([api.token, api.caPem]).toEqual([token, caPem]);
    const read = await call(api, 'GET', `${CONFIG_MAPS}/kept`);
    expect(read.json()).toEqual(created.json());
    expect((await call(api, 'GET', `${CONFIG_MAPS}/gone`)).status).toBe(404);
    const next = await call(api, 'POST', CONFIG_MAPS, configMap('later'));
    expect(Number(next.json().metadata.resourceVersion)).toBeGreaterThan(
      Number(created.json().metadata.resourceVersion) + 2,
    );
  });

  it('says which port is in use', async () => {
    await expect(
      startKubernetesApi({
        dataDir: path.join(directory, 'other'),
        port: api.port,
      }),
    ).rejects.toMatchObject({ code: 'port-in-use', port: api.port });
  });

  it('holds an object until its finalizers are removed', async () => {
    await call(
      api,
      'POST',
      CONFIG_MAPS,
      configMap('held', { finalizers: ['example.com/hold'] }),
    );
    const deleted = await call(api, 'DELETE', `${CONFIG_MAPS}/held`);
    expect(deleted.json().metadata.deletionTimestamp).toBeDefined();
    await call(
      api,
      'PATCH',
      `${CONFIG_MAPS}/held`,
      JSON.stringify({ metadata: { finalizers: null } }),
      'application/merge-patch+json',
    );
    expect((await call(api, 'GET', `${CONFIG_MAPS}/held`)).status).toBe(404);
  });

  it('honours preconditions of a deletion', async () => {
    await call(api, 'POST', CONFIG_MAPS, configMap('sure'));
    const refused = await call(
      api,
      'DELETE',
      `${CONFIG_MAPS}/sure`,
      JSON.stringify({ preconditions: { uid: 'other' } }),
    );
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(
      'the UID in the precondition (other) does not match the UID in record',
    );
  });

  it('takes no new finalizers and no new name once an object is being deleted', async () => {
    const url = `${CONFIG_MAPS}/leaving`;
    await call(
      api,
      'POST',
      CONFIG_MAPS,
      configMap('leaving', { finalizers: ['example.com/hold'] }),
    );
    await call(api, 'DELETE', url);
    const merge = (metadata: object) =>
      call(
        api,
        'PATCH',
        url,
        JSON.stringify({ metadata }),
        'application/merge-patch+json',
      );
    expect((await merge({ finalizers: ['example.com/more'] })).text).toContain(
      'no new finalizers can be added if the object is being deleted',
    );
    expect((await merge({ name: 'other' })).text).toContain(
      'the name of the object (other) does not match the name on the URL (leaving)',
    );
  });

  it('deletes dependents of an object that is gone', async () => {
    const owner = await call(api, 'POST', CONFIG_MAPS, configMap('owner'));
    await call(
      api,
      'POST',
      CONFIG_MAPS,
      configMap('dependent', {
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: 'owner',
            uid: owner.json().metadata.uid,
          },
        ],
      }),
    );
    const gone = watchFor(api, 'DELETED', 'dependent');
    await call(api, 'DELETE', `${CONFIG_MAPS}/owner`);
    await gone;
    expect((await call(api, 'GET', `${CONFIG_MAPS}/dependent`)).status).toBe(
      404,
    );
  });

  it('gives back 64-bit integers as they came', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'bigs.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { kind: 'Big', plural: 'bigs' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { value: { type: 'integer', format: 'int64' } },
              },
            },
          },
        ],
      },
    };
    const defined = watchFor(
      api,
      'MODIFIED',
      'bigs.example.com',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    );
    await call(
      api,
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      JSON.stringify(definition),
    );
    await defined;
    const body =
      '{"apiVersion":"example.com/v1","kind":"Big","metadata":{"name":"b"},"value":9007199254740993}';
    await call(api, 'POST', '/apis/example.com/v1/bigs', body);
    const read = await call(api, 'GET', '/apis/example.com/v1/bigs/b');
    expect(read.text).toContain('"value":9007199254740993');
  });

  it('expires watches from before the log begins', async () => {
    const created = await call(api, 'POST', CONFIG_MAPS, configMap('old'));
    await call(api, 'POST', CONFIG_MAPS, configMap('new'));
    api.faults.compact();
    const watch = await call(
      api,
      'GET',
      `${CONFIG_MAPS}?watch=1&resourceVersion=${String(created.json().metadata.resourceVersion)}`,
    );
    expect(watch.json()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}', 400],
    ['{"apiVersion":"v1","kind":"ConfigMap","metadata":5}', 400],
    ['{"apiVersion":"v1","kind":"ConfigMap","data":[]}', 400],
    ['{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}', 422],
    [configMap('a/b'), 422],
  ])('answers the bad body %s with %i', async (body, status) => {
    const answer = await call(api, 'POST', CONFIG_MAPS, body);
    expect([answer.status, answer.json().kind]).toEqual([status, 'Status']);
  });
});

/** Resolves when a watch from now on shows an event. */
function watchFor(
  api: SandboxKubernetes,
  type: string,
  name: string,
  url = CONFIG_MAPS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = https.get(
      `${api.url}${url}?watch=1`,
      { ca: api.caPem, headers: { authorization: `Bearer ${api.token}` } },
      response => {
        let text = '';
        response.on('data', chunk => {
          text += String(chunk);
          for (const line of text.split('\n').slice(0, -1)) {
            const event = JSON.parse(line);
            if (event.type === type && event.object.metadata.name === name) {
              request.destroy();
              resolve();
            }
          }
          text = text.slice(text.lastIndexOf('\n') + 1);
        });
      },
    );
    request.on('error', error => {
      if (!request.destroyed) reject(error);
    });
  });
}
