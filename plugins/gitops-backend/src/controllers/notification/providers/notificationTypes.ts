import { NotificationService } from '@backstage/plugin-notifications-node';
import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../source/git/access/GithubTokens';
import { alertmanager } from './types/alertmanager';
import { azuredevops } from './types/azuredevops';
import { azureeventhub } from './types/azureeventhub';
import { backstage, RecipientsOf } from './types/backstage';
import { bitbucket } from './types/bitbucket';
import { bitbucketserver } from './types/bitbucketserver';
import { datadog } from './types/datadog';
import { discord } from './types/discord';
import { email } from './types/email';
import { generic, genericHmac } from './types/generic';
import { gitea } from './types/gitea';
import { giteapullrequestcomment } from './types/giteapullrequestcomment';
import { github } from './types/github';
import { githubdispatch } from './types/githubdispatch';
import { githubpullrequestcomment } from './types/githubpullrequestcomment';
import { gitlab } from './types/gitlab';
import { gitlabmergerequestcomment } from './types/gitlabmergerequestcomment';
import { googlechat } from './types/googlechat';
import { googlepubsub } from './types/googlepubsub';
import { grafana } from './types/grafana';
import { incidentio } from './types/incidentio';
import { lark } from './types/lark';
import { matrix } from './types/matrix';
import { msteams } from './types/msteams';
import { nats } from './types/nats';
import { opsgenie } from './types/opsgenie';
import { otel } from './types/otel';
import { pagerduty } from './types/pagerduty';
import { rocket } from './types/rocket';
import { sentry } from './types/sentry';
import { slack } from './types/slack';
import { telegram } from './types/telegram';
import { webex } from './types/webex';
import { zoom } from './types/zoom';
import { zulip } from './types/zulip';

/** What some types need beside a Provider. */
export interface NotificationTypesOptions {
  tokens: GithubTokens;
  /** Of the portal. */
  notifications: NotificationService | undefined;
  recipientsOf: RecipientsOf;
  /** Those that modules bring; they go before the plugin's own. */
  added: readonly NotificationType[];
}

/** All types of Providers, by name. */
export function notificationTypes(
  options: NotificationTypesOptions,
): ReadonlyMap<string, NotificationType> {
  const { tokens, added } = options;
  const own: NotificationType[] = [
    alertmanager,
    azuredevops,
    azureeventhub,
    backstage(options),
    bitbucket,
    bitbucketserver,
    datadog,
    discord,
    email,
    generic,
    genericHmac,
    gitea,
    giteapullrequestcomment,
    github(tokens),
    githubdispatch(tokens),
    githubpullrequestcomment(tokens),
    gitlab,
    gitlabmergerequestcomment,
    googlechat,
    googlepubsub,
    grafana,
    incidentio,
    lark,
    matrix,
    msteams,
    nats,
    opsgenie,
    otel,
    pagerduty,
    rocket,
    sentry,
    slack,
    telegram,
    webex,
    zoom,
    zulip,
  ];
  return new Map([...own, ...added].map(type => [type.type, type]));
}
