import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { commitUrl } from './commitUrl';

const COMMIT = '4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21';
const integrations = ScmIntegrations.fromConfig(
  new ConfigReader({
    integrations: {
      gitea: [{ host: 'git.test' }],
      gitlab: [{ host: 'lab.test', apiBaseUrl: 'https://lab.test/api/v4' }],
      bitbucketServer: [
        {
          host: 'bitbucket.test',
          apiBaseUrl: 'https://bitbucket.test/rest/api/1.0',
        },
      ],
      gerrit: [
        { host: 'gerrit.test', gitilesBaseUrl: 'https://gerrit.test/g' },
      ],
    },
  }),
);

describe('commitUrl', () => {
  it.each([
    ['https://github.com/team/app.git', 'https://github.com/team/app/commit/'],
    ['git@github.com:team/app.git', 'https://github.com/team/app/commit/'],
    [
      'https://user:hunter2@github.com/team/app',
      'https://github.com/team/app/commit/',
    ],
    ['https://git.test/team/app/', 'https://git.test/team/app/commit/'],
    [
      'ssh://git@lab.test/group/sub/app.git',
      'https://lab.test/group/sub/app/-/commit/',
    ],
    [
      'https://bitbucket.org/team/app.git',
      'https://bitbucket.org/team/app/commits/',
    ],
    [
      'https://bitbucket.test/scm/TEAM/app.git',
      'https://bitbucket.test/projects/TEAM/repos/app/commits/',
    ],
    [
      'ssh://git@bitbucket.test:7999/TEAM/app.git',
      'https://bitbucket.test/projects/TEAM/repos/app/commits/',
    ],
    [
      'https://dev.azure.com/org/project/_git/app',
      'https://dev.azure.com/org/project/_git/app/commit/',
    ],
    [
      'git@ssh.dev.azure.com:v3/org/project/app',
      'https://dev.azure.com/org/project/_git/app/commit/',
    ],
  ])('shows commits of %s', (repository, expected) => {
    expect(commitUrl(integrations, repository, COMMIT)).toBe(
      `${expected}${COMMIT}`,
    );
  });

  it.each([
    'https://unknown.test/a/b',
    'https://gerrit.test/a',
    'file:///a',
    '',
  ])('knows none of %j', repository => {
    expect(commitUrl(integrations, repository, COMMIT)).toBeUndefined();
  });
});
