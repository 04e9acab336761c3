import {
  CloudServiceAccount,
  HttpClient,
  NotificationIdentity,
} from '@backstage-gitops/plugin-gitops-node';
import { CloudTokenRequest, CloudTokens } from './CloudTokens';

const { signal } = new AbortController();
const http = {} as HttpClient;
const SCOPE = 'https://eventhubs.azure.net/.default';

describe('CloudTokens', () => {
  let asked: Parameters<NotificationIdentity['token']>[0][];
  let time: number;

  beforeEach(() => {
    asked = [];
    time = 0;
  });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'sender', annotations: { client: 'a' } },
    token: async () => '',
  };
  const request = (changes: Partial<CloudTokenRequest> = {}) => ({
    ...{ cloud: 'azure' as const, scope: SCOPE, home: 'demo', http, signal },
    ...{ serviceAccount: account, connection: {}, now: () => time },
    ...changes,
  });
  const tokens = () =>
    new CloudTokens([
      {
        cloud: 'azure',
        token: async each => {
          asked.push(each);
          return { value: `t${asked.length}`, expiresAt: time + 3_600_000 };
        },
      },
    ]);

  it('asks for a token once as long as it lasts', async () => {
    const all = tokens();
    expect(await all.get(request())).toBe('t1');
    time = 3_539_999;
    expect(await all.get(request())).toBe('t1');
    time = 3_540_000;
    expect(await all.get(request())).toBe('t2');
    expect(asked[0]).toMatchObject({ scope: SCOPE, serviceAccount: account });
  });

  it.each<[string, Partial<CloudTokenRequest>]>([
    ['home', { home: 'other' }],
    ['scope', { scope: 'other' }],
    ['ServiceAccount', { serviceAccount: { ...account, name: 'other' } }],
    ['namespace', { serviceAccount: { ...account, namespace: 'other' } }],
    ['annotation', { serviceAccount: { ...account, annotations: {} } }],
    ['identity', { serviceAccount: undefined }],
    ['key', { credentials: '{}' }],
    ['way', { connection: { proxy: { address: 'http://proxy' } } }],
  ])('gives none to another %s', async (_, changes) => {
    const all = tokens();
    expect(await all.get(request())).toBe('t1');
    expect(await all.get(request(changes))).toBe('t2');
    expect(await all.get(request())).toBe('t1');
  });

  it('says which module is missing', async () => {
    await expect(tokens().get(request({ cloud: 'gcp' }))).rejects.toMatchObject(
      {
        code: 'NOTIFICATION_MISCONFIGURED',
        message: expect.stringContaining(
          'the portal cannot log in to Google Cloud; add the module gcp of the gitops plugin',
        ),
      },
    );
  });
});
