import {
  NotificationError,
  NotificationTarget,
} from '@backstage-gitops/plugin-gitops-node';
import {
  assertionOf,
  isGithubApp,
  readGithubApp,
} from '../../../source/git/access/githubApp';
import { GithubTokens } from '../../../source/git/access/GithubTokens';
import { SecretData } from '../../../source/git/access/SecretData';
import { post, ServiceAnswer, ServiceRequest } from '../post';
import { ownerAndName, repositoryOf } from './repository';

/** The API of the GitHub that a repository is at. */
export interface GithubApi {
  /** `/repos/<owner>/<name>` */
  repo: string;
  ask(
    request: Omit<ServiceRequest, 'url'> & { path: string },
  ): Promise<ServiceAnswer>;
  /** Who comments: a user, or `<app>[bot]`. */
  login(): Promise<string>;
}

/**
 * Opens the API with the token of the Secret (`token`, or `password`), or as the
 * GitHub App that it describes.
 *
 * @throws NotificationError
 */
export async function openGithub(
  target: NotificationTarget,
  tokens: GithubTokens,
): Promise<GithubApi> {
  const repository = repositoryOf(target.address);
  const [owner, name] = ownerAndName(repository);
  const { origin } = repository;
  const base =
    origin === 'https://github.com'
      ? 'https://api.github.com'
      : `${origin}/api/v3`;
  const secret = new SecretData({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: target.provider.spec.secretRef?.name ?? '' },
    data: encoded(target),
  });
  const own = target.token || target.password;
  const app = !own && isGithubApp(secret) ? readGithubApp(secret) : undefined;
  if (!own && !app) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      "github token or github app details must be specified; set the key 'token' of the Provider's Secret, or those of a GitHub App",
    );
  }
  const { client, signal, now } = target;
  const token =
    own || (await tokens.get(app!, { client, signal, now: () => now() }));
  const ask = (
    { path, ...request }: Omit<ServiceRequest, 'url'> & { path: string },
    authorization = `Bearer ${token}`,
  ) =>
    post(target, {
      ...request,
      url: `${base}${path}`,
      authorization,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      },
    });
  return {
    repo: `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`,
    ask: request => ask(request),
    login: async () => {
      const { json } = await (app
        ? ask(
            { method: 'GET', path: '/app' },
            `Bearer ${assertionOf(app, now())}`,
          )
        : ask({ method: 'GET', path: '/user' }));
      const { login, slug } = json as { login?: string; slug?: string };
      return slug ? `${slug}[bot]` : (login ?? '');
    },
  };
}

const APP_KEYS = [
  'githubAppID',
  'githubAppInstallationID',
  'githubAppInstallationOwner',
  'githubAppPrivateKey',
  'githubAppBaseURL',
];

function encoded({ secret }: NotificationTarget): Record<string, string> {
  return Object.fromEntries(
    APP_KEYS.flatMap(key => {
      const value = secret(key);
      return value === undefined
        ? []
        : [[key, Buffer.from(value).toString('base64')]];
    }),
  );
}
