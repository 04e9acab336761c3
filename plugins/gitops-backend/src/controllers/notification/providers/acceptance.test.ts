import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../source/git/access/GithubTokens';
import { accepts } from './acceptance';
import { notificationTypes } from './notificationTypes';

const types = notificationTypes({
  tokens: new GithubTokens(),
  notifications: undefined,
  recipientsOf: async () => [],
  added: [],
});

const event = (
  severity: 'info' | 'error',
  metadata: Record<string, string>,
): NotificationEvent => ({
  involvedObject: {
    ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    ...{ namespace: 'team', name: 'app' },
  },
  ...{ severity, timestamp: '2026-11-23T10:00:00Z', metadata },
  ...{ message: 'm', reason: 'r', reportingController: 'c' },
});

const STATUSES = [
  ...['github', 'gitlab', 'gitea', 'bitbucket', 'bitbucketserver'],
  'azuredevops',
];
const COMMENTS = [
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'giteapullrequestcomment',
];

/** Names of the types that take it. */
const takenBy = (given: NotificationEvent) =>
  [...types.values()]
    .filter(type => accepts(type, given))
    .map(({ type }) => type)
    .sort();
const all = [...types.keys()].sort();
const without = (...left: string[]) => all.filter(type => !left.includes(type));

describe('accepts', () => {
  it('gives what happened to all but those that tell of commits and change requests', () => {
    expect(takenBy(event('info', { revision: 'main' }))).toEqual(
      without(...STATUSES, ...COMMENTS),
    );
  });

  it('gives failures to those that set statuses of commits, too', () => {
    expect(takenBy(event('error', { revision: 'main' }))).toEqual(
      without(...COMMENTS),
    );
  });

  it('gives what an annotation ties to a commit, or to a change request', () => {
    expect(takenBy(event('info', { commit: 'abc' }))).toEqual(
      without(...COMMENTS),
    );
    expect(takenBy(event('info', { change_request: '7' }))).toEqual(
      without(...STATUSES),
    );
  });

  it('gives updates of statuses to those alone, and to whoever takes all', () => {
    expect(
      takenBy(event('info', { commit_status: 'update', change_request: '7' })),
    ).toEqual([...STATUSES, 'generic', 'generic-hmac'].sort());
  });
});
