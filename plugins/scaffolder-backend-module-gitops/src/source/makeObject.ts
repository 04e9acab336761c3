import { AuthService } from '@backstage/backend-plugin-api';
import { isError, ServiceUnavailableError } from '@backstage/errors';
import { ActionContext } from '@backstage/plugin-scaffolder-node';
import {
  formatObject,
  GitopsApi,
  GitopsApiError,
  GitopsApiErrorCode,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { SourceManifest } from './readSource';

/** What the home made, or would make. JSON, so that a checkpoint can keep it. */
export type MadeObject = {
  /** `home/Kind/namespace/name` */
  key: string;
  /** YAML, as the home took it. */
  manifest: string;
  /** Its entity, where it gets one. */
  entityRef?: string;
  warnings: string[];
};

const EXISTS: GitopsApiErrorCode = 'GITOPS_EXISTS';

/**
 * Makes an object through the gitops API, as whoever runs the template.
 *
 * @throws GitopsApiError, with what the API says and its code;
 *   ServiceUnavailableError where it does not answer
 */
export async function makeObject(options: {
  auth: Pick<AuthService, 'getPluginRequestToken'>;
  api: Pick<GitopsApi, 'createObject'>;
  home: string;
  manifest: SourceManifest;
  ctx: Pick<
    ActionContext<Record<string, never>>,
    'checkpoint' | 'getInitiatorCredentials' | 'isDryRun' | 'signal'
  >;
}): Promise<MadeObject> {
  const { auth, api, home, manifest, ctx } = options;
  const { kind, metadata } = manifest;
  const dryRun = ctx.isDryRun ?? false;
  const make = async (): Promise<MadeObject> => {
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await ctx.getInitiatorCredentials(),
      targetPluginId: 'gitops',
    });
    try {
      const made = await api.createObject(
        { home, manifest, dryRun },
        { token, signal: ctx.signal },
      );
      return {
        key: stringifyObjectKey(made.key),
        manifest: stringifyYaml(made.manifest),
        ...(made.entityRef && { entityRef: made.entityRef }),
        warnings: made.warnings.map(({ message }) => message),
      };
    } catch (error) {
      throw explained(error, { home, manifest, dryRun });
    }
  };
  if (dryRun) {
    return make();
  }
  // A task that is taken up again must not stumble over what it made itself.
  return ctx.checkpoint({
    key: `gitops.source.create.${home}.${kind}.${metadata.namespace}.${metadata.name}`,
    fn: make,
  });
}

function explained(
  error: unknown,
  asked: { home: string; manifest: SourceManifest; dryRun: boolean },
): unknown {
  const { kind, metadata } = asked.manifest;
  const object = formatObject({ kind, ...metadata });
  const failed = `${object} ${asked.dryRun ? 'could not be made' : 'was not made'} in home '${asked.home}'`;
  const messageOf = ({ code, message }: GitopsApiError) => {
    if (code === EXISTS) {
      return `${object} is in home '${asked.home}' already; choose another name, or use the one that is there: /gitops/objects/${asked.home}/${object}`;
    }
    // Some messages of the API say it all.
    return message.includes(object) ? message : `${failed}: ${message}`;
  };
  if (isApiError(error)) {
    const { code, status } = error;
    return new GitopsApiError({ code, status, message: messageOf(error) });
  }
  // What fetch throws; a task that was cancelled needs no explanation.
  if (isError(error) && error.name === 'TypeError') {
    return new ServiceUnavailableError(
      `${failed}: the gitops plugin does not answer; run the task again once it does`,
      error,
    );
  }
  return error;
}

/** By its name: another copy of the package may have thrown it. */
function isApiError(error: unknown): error is GitopsApiError {
  return isError(error) && error.name === 'GitopsApiError';
}
