import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** An entry of `gitops.integrations`. */
export interface IntegrationRule {
  host: string;
  /** `*` stands for one segment. */
  segments: string[];
  /** Any, where it is left out. */
  home?: string;
  namespaces: string[];
  /** Whether pull requests may be opened, too. */
  pullRequests: boolean;
}

/**
 * Reads `gitops.integrations`.
 *
 * @throws InputError that names the key
 */
export function readIntegrationRules(root: Config): IntegrationRule[] {
  return (root.getOptionalConfigArray('gitops.integrations') ?? []).map(
    (config, i) => {
      const key = `gitops.integrations[${i}]`;
      const text = config.getString('url');
      const url = parse(text);
      if (!url || url.search || url.hash) {
        throw new InputError(
          `${key}.url is '${text}'; it must begin with https:// and name a host, such as https://git.example.com/team or https://git.example.com/*/shared, without user, query and fragment`,
        );
      }
      const namespaces = config.getStringArray('namespaces');
      if (namespaces.length === 0) {
        throw new InputError(
          `${key}.namespaces is empty; name the namespaces whose GitRepositories may use the integration`,
        );
      }
      const home = config.getOptionalString('home');
      return {
        host: url.host,
        segments: segmentsOf(url),
        namespaces,
        pullRequests: config.getOptionalBoolean('pullRequests') ?? false,
        ...(home !== undefined && { home }),
      };
    },
  );
}

/** Whether a GitRepository of a namespace may use an integration for a URL. */
export function isCovered(
  rules: readonly IntegrationRule[],
  source: { home: string; namespace: string; url: string },
): boolean {
  const url = parse(source.url);
  // What servers may decode to a slash would name another repository.
  if (!url || /%2f|%5c/i.test(url.pathname)) {
    return false;
  }
  const segments = segmentsOf(url);
  return rules.some(
    rule =>
      rule.host === url.host &&
      (rule.home === undefined || rule.home === source.home) &&
      rule.namespaces.includes(source.namespace) &&
      rule.segments.length <= segments.length &&
      rule.segments.every((want, i) => want === '*' || want === segments[i]),
  );
}

/** Credentials are sent over https alone, and not beside others in the URL. */
function parse(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' && !url.username && !url.password
    ? url
    : undefined;
}

/** `https://host/team/game.git` and `https://host/team/game` are one repository. */
function segmentsOf({ pathname }: URL): string[] {
  return pathname
    .replace(/\.git\/?$/, '')
    .split('/')
    .filter(segment => segment !== '');
}
