import { IntegrationApi } from '../../../integrations/IntegrationApi';
import { HostApi } from './HostApi';
import { openHost } from './openHost';
import { PullRequestError } from './PullRequestError';

/** The base of the API that a repository is asked at. */
function baseOf(address: string, type: IntegrationApi['type']): string {
  const bases: string[] = [];
  openHost(new URL(address), { type, baseUrl: 'https://api.test' }, baseUrl => {
    bases.push(baseUrl);
    return new HostApi({
      ...{ baseUrl, authorization: 'Bearer x', timeoutMs: 1, now: Date.now },
      client: Object.create(null),
      signal: new AbortController().signal,
    });
  });
  return bases.join();
}

describe('openHost', () => {
  it.each([
    [
      'https://dev.azure.com/org/project/_git/game',
      'https://dev.azure.com/org/project',
    ],
    ['https://dev.azure.com/org/_git/game', 'https://dev.azure.com/org/game'],
    ['https://o.visualstudio.com/_git/a', 'https://o.visualstudio.com/a'],
    [
      'https://o.visualstudio.com/project/_git/a',
      'https://o.visualstudio.com/project',
    ],
    [
      'https://tfs.test/tfs/Collection/My%20Project/_git/a',
      'https://tfs.test/tfs/Collection/My%20Project',
    ],
  ])('asks Azure DevOps for %s at %s', (address, base) => {
    expect(baseOf(address, 'azure')).toBe(base);
  });

  it.each<[string, IntegrationApi['type']]>([
    ['https://dev.azure.com/org/project', 'azure'],
    ['https://dev.azure.com/org/project/_git', 'azure'],
    ['https://dev.azure.com/org/project/_git/a/b', 'azure'],
    ['https://git.test/a', 'github'],
    ['https://git.test/a/b/c', 'gitea'],
    ['https://git.test/', 'bitbucketCloud'],
    ['https://git.test/a', 'bitbucketServer'],
    ['https://git.test/a', 'gitlab'],
  ])('finds no repository in %s of %s', (address, type) => {
    expect(() => baseOf(address, type)).toThrow(PullRequestError);
  });
});
