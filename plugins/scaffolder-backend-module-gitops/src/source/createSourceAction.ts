import { AuthService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  formatObject,
  GitopsApi,
} from '@backstage-gitops/plugin-gitops-common';
import {
  entityNameOf,
  HomeNaming,
  LONGEST_ENTITY_NAME,
} from '@backstage-gitops/plugin-gitops-node';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { writeNewFile } from '../workspace/writeNewFile';
import { examples } from './examples';
import { makeObject } from './makeObject';
import { readSource, SOURCE_KINDS, SourceManifest } from './readSource';

/**
 * What {@link createSourceAction} is made of.
 *
 * @public
 */
export interface SourceActionOptions {
  /** Makes tokens with which the gitops plugin sees whoever runs the template. */
  auth: Pick<AuthService, 'getPluginRequestToken'>;
  api: Pick<GitopsApi, 'createObject'>;
  /** `gitops.homes`: what the entities of files are called. Empty where another backend has them. */
  homes: readonly HomeNaming[];
}

/**
 * The action `gitops:source:create`: makes a source (Flux 2.9), either as an
 * object in a home, through the gitops API with the permissions of whoever runs
 * the template, or as a file of the workspace, for a pull request.
 *
 * Fails with InputError where the input is wrong, naming the field; with a
 * GitopsApiError that has the API's code and words where the API refuses; with
 * ServiceUnavailableError where it does not answer. A dry run of `as: object` is
 * one of the home: everything is checked, nothing is made. A dry run of
 * `as: file` writes to the throwaway workspace of the dry run, which shows the
 * file. A task that is run again makes nothing twice.
 *
 * @public
 */
export function createSourceAction(options: SourceActionOptions) {
  return createTemplateAction({
    id: 'gitops:source:create',
    description:
      'Makes a source of Flux, such as a Git repository: as an object in a home cluster, or as a file for a pull request',
    supportsDryRun: true,
    examples,
    schema: {
      input: {
        as: z =>
          z
            .enum(['object', 'file'])
            .describe(
              'object: make it in a home cluster now. file: write its manifest to the workspace',
            ),
        kind: z => z.enum(SOURCE_KINDS).describe('What kind of source it is'),
        name: z => z.string().describe('Name of the object'),
        namespace: z =>
          z.string().optional().describe('Its namespace; default: default'),
        spec: z =>
          z
            .record(z.unknown())
            .describe(
              'spec of the manifest, as Flux has it for the kind, such as {url, interval, ref}; empty fields are left out',
            ),
        owner: z =>
          z
            .string()
            .optional()
            .describe('Entity reference of the owner, such as group:team-game'),
        component: z =>
          z
            .string()
            .optional()
            .describe('Entity reference of the Component it belongs to'),
        home: z =>
          z
            .string()
            .optional()
            .describe(
              'The home cluster, a name out of gitops.homes. Required with as: object; a file goes to the home of the claim about it',
            ),
        path: z =>
          z
            .string()
            .optional()
            .describe(
              'With as: file, where to write it in the workspace, ending in .yaml or .yml',
            ),
        overwrite: z =>
          z
            .boolean()
            .optional()
            .describe('With as: file, replace another file that is there'),
      },
      output: {
        entityRef: z =>
          z
            .string()
            .optional()
            .describe(
              'Its entity, which the catalog has seconds later, or once the file is registered; left out where it gets none, or none that is known',
            ),
        key: z =>
          z
            .string()
            .optional()
            .describe('With as: object, home/Kind/namespace/name'),
        manifestPath: z =>
          z
            .string()
            .optional()
            .describe('With as: file, where it was written in the workspace'),
        manifest: z => z.string().describe('The manifest as YAML'),
        warnings: z =>
          z
            .array(z.string())
            .describe('What should be known of it, such as unknown fields'),
      },
    },
    async handler(ctx) {
      const { as, home, path, overwrite } = ctx.input;
      const { manifest, warnings } = readSource(ctx.input);
      const warn = (found: readonly string[]) => {
        const all = [...new Set([...warnings, ...found])];
        all.forEach(warning => ctx.logger.warn(warning));
        ctx.output('warnings', all);
      };
      if (as === 'file') {
        const text = stringifyYaml(manifest);
        const entityRef = registeredRef(manifest, options.homes, home);
        const manifestPath = await writeNewFile({
          root: ctx.workspacePath,
          path: required(path, 'path', as),
          text,
          overwrite,
        });
        ctx.logger.info(`Wrote ${nameOf(manifest)} to ${manifestPath}`);
        ctx.output('entityRef', entityRef);
        ctx.output('manifestPath', manifestPath);
        ctx.output('manifest', text);
        warn([]);
        return;
      }
      const made = await makeObject({
        ...options,
        home: required(home, 'home', as),
        manifest,
        ctx,
      });
      ctx.logger.info(
        ctx.isDryRun
          ? `${made.key} could be made; nothing was, this is a dry run`
          : `Made ${made.key}`,
      );
      ctx.output('entityRef', made.entityRef);
      ctx.output('key', made.key);
      ctx.output('manifest', made.manifest);
      warn(made.warnings);
    },
  });
}

function required(
  value: string | undefined,
  field: string,
  as: string,
): string {
  if (!value) {
    throw new InputError(`Input '${field}' is required with as: ${as}`);
  }
  return value;
}

/**
 * The entity that the catalog makes of a registered file. Which home that goes
 * to is for the claim about it to say: unknown, where there are several.
 *
 * @throws InputError where the catalog would refuse the file
 */
function registeredRef(
  manifest: SourceManifest,
  homes: readonly HomeNaming[],
  home: string | undefined,
): string | undefined {
  const naming =
    home || homes.length !== 1
      ? homes.find(({ name }) => name === home)
      : homes[0];
  if (!naming) {
    return undefined;
  }
  const name = entityNameOf(naming, manifest.metadata.name);
  if (name.length > LONGEST_ENTITY_NAME) {
    throw new InputError(
      `Input 'name': the catalog would refuse the file, for its entity would be called '${name}', which has ${name.length} characters; at most ${LONGEST_ENTITY_NAME} are allowed`,
    );
  }
  const { kind, metadata } = manifest;
  return stringifyEntityRef({ kind, namespace: metadata.namespace, name });
}

function nameOf({ kind, metadata }: SourceManifest): string {
  return formatObject({ kind, ...metadata });
}
