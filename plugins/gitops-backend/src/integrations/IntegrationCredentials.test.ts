import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { IntegrationCredentials } from './IntegrationCredentials';

const INTEGRATIONS = {
  github: [
    { host: 'github.test', apiBaseUrl: 'https://github.test/api', token: 'gh' },
  ],
  gitlab: [
    {
      host: 'gitlab.test',
      token: 'gl',
      baseUrl: 'https://gitlab.test',
      apiBaseUrl: 'https://gitlab.test/api/v4',
    },
  ],
  gitea: [{ host: 'gitea.test:3000', username: 'portal', password: 'gt' }],
  gerrit: [
    {
      host: 'gerrit.test',
      gitilesBaseUrl: 'https://gerrit.test/g',
      username: 'portal',
      password: 'gr',
    },
  ],
  bitbucketServer: [
    { host: 'bbs.test', apiBaseUrl: 'https://bbs.test/rest', token: 'bs' },
  ],
  bitbucketCloud: [{ username: 'portal', appPassword: 'bc' }],
  azure: [
    { host: 'dev.azure.com', credentials: [{ personalAccessToken: 'az' }] },
  ],
  harness: [{ host: 'harness.test', token: 'hn' }],
};

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function credentials(rules: JsonObject[]): IntegrationCredentials {
  return IntegrationCredentials.fromConfig(
    new ConfigReader({
      integrations: INTEGRATIONS,
      gitops: { integrations: rules },
    }),
  );
}

describe('IntegrationCredentials', () => {
  it.each<[string, string | undefined]>([
    ['https://github.test/team/game', basic('x-access-token:gh')],
    ['https://gitlab.test/team/sub/game.git', basic('oauth2:gl')],
    ['https://gitea.test:3000/team/game', basic('portal:gt')],
    ['https://gerrit.test/game', basic('portal:gr')],
    ['https://bbs.test/scm/team/game.git', 'Bearer bs'],
    ['https://bitbucket.org/team/game', basic('portal:bc')],
    ['https://dev.azure.com/org/project/_git/game', basic(':az')],
    ['https://harness.test/team/game', undefined],
  ])('speaks as Git servers want it: %s', async (url, authorization) => {
    const { origin } = new URL(url);
    expect(
      await credentials([
        { url: origin, namespaces: ['team'] },
      ]).authorizationFor({
        home: 'local',
        namespace: 'team',
        url,
      }),
    ).toBe(authorization);
  });

  it.each<[string, boolean, object]>([
    ['https://github.test/team/game', true, {}],
    ['https://GitHub.test/team/game.git', true, {}],
    ['https://github.test:443/team/game/', true, {}],
    ['https://github.test/team/sub/game', true, {}],
    ['https://github.test/other/shared', true, {}],
    ['https://github.test/other/shared.git', true, {}],
    ['https://github.test/team', true, {}],
    ['https://github.test/teams/game', false, {}],
    ['https://github.test/other/game', false, {}],
    ['https://github.test/shared', false, {}],
    ['https://github.test/', false, {}],
    ['https://github.test/other/team/game', false, {}],
    ['https://github.test/team/../other/game', false, {}],
    ['https://github.test/team%2f..%2fother/game', false, {}],
    ['https://github.test:8443/team/game', false, {}],
    ['https://github.test.evil.test/team/game', false, {}],
    ['https://evil.test/github.test/team/game', false, {}],
    ['https://user@github.test/team/game', false, {}],
    ['http://github.test/team/game', false, {}],
    ['ssh://git@github.test/team/game', false, {}],
    ['git@github.test:team/game', false, {}],
    ['https://github.test/team/game', false, { namespace: 'default' }],
    ['https://github.test/team/game', false, { home: 'other' }],
  ])(
    'are given to what is listed alone: %s %s %j',
    async (url, given, change) => {
      const granted = await credentials([
        {
          url: 'https://github.test/team',
          home: 'local',
          namespaces: ['a', 'team'],
        },
        {
          url: 'https://github.test/*/shared',
          home: 'local',
          namespaces: ['team'],
        },
      ]).authorizationFor({ home: 'local', namespace: 'team', url, ...change });
      expect(granted !== undefined).toBe(given);
    },
  );

  it('are given to nothing where nothing is listed', async () => {
    expect(
      await credentials([]).authorizationFor({
        home: 'local',
        namespace: 'team',
        url: 'https://github.test/team/game',
      }),
    ).toBeUndefined();
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      'a host without integration',
      { url: 'https://git.test', namespaces: ['a'] },
      /integrations\[0\]\.url names git\.test/,
    ],
    [
      'http',
      { url: 'http://github.test', namespaces: ['a'] },
      /must begin with https/,
    ],
    [
      'a user in the URL',
      { url: 'https://a:b@github.test', namespaces: ['a'] },
      /without user/,
    ],
    [
      'no namespace',
      { url: 'https://github.test', namespaces: [] },
      /namespaces is empty/,
    ],
    ['no namespaces', { url: 'https://github.test' }, /namespaces/],
  ])('refuse %s', (_, rule, message) => {
    expect(() => credentials([rule])).toThrow(message);
  });
});
