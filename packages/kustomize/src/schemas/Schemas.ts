import {
  JsonObject,
  YamlError,
  isJsonObject,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import {
  SchemaNode,
  kindInfo,
  schemaOf,
} from '@backstage-gitops/kubernetes-schema';
import { KustomizeError } from '../KustomizeError';
import { builtInDefinition } from './builtInDefinitions';
import { OpenApiDefinitions } from './OpenApiDefinitions';

/** The release whose schema kustomize 5.8 has built in, and its name there. */
const RELEASE = { release: '1.21' } as const;
const BUILT_IN_VERSION = 'v1.21.2';

/**
 * What a build knows of kinds: how their lists merge, and which are cluster
 * scoped. One per build, because `openapi` changes it on the way.
 *
 * It follows kustomize 5.8: the first `openapi` that is met counts (the one of
 * the directory that is built is met before all others); a custom schema stands
 * alone, unless the schema that is built in was asked before it came. Files
 * are parsed when something is first looked up.
 */
export class Schemas {
  /** Changes when scopes may have changed. */
  revision = 0;
  private chosen = false;
  private custom: { text: string; file: string } | undefined;
  private parsed: OpenApiDefinitions | undefined;
  private initialized = false;
  private builtIn: 'unused' | 'wanted' | 'used' = 'unused';
  private builtInCameLast = false;

  /**
   * Takes the field `openapi` of a kustomization.
   *
   * @throws KustomizeError `invalid-kustomization`
   */
  choose(
    openapi: Readonly<Record<string, string>>,
    text: string | undefined,
  ): void {
    if (this.chosen) {
      return;
    }
    const version = openapi.version ?? '';
    if (text !== undefined) {
      if (Object.hasOwn(openapi, 'version')) {
        throw invalid('path and version exclude each other');
      }
      this.custom = { text, file: openapi.path };
    } else if (version === '') {
      return;
    } else if (version !== BUILT_IN_VERSION) {
      throw invalid(
        `the version ${version} is not built in (${BUILT_IN_VERSION} is)`,
      );
    }
    this.chosen = true;
    this.initialized = false;
  }

  /** The type of a kind. */
  schemaOf(apiVersion: string, kind: string): SchemaNode | undefined {
    this.initialize();
    const builtIn = () =>
      this.builtIn === 'used' ? schemaOf(apiVersion, kind, RELEASE) : undefined;
    const custom = () => this.parsed?.schemaOf(apiVersion, kind);
    return this.builtInCameLast
      ? (builtIn() ?? custom())
      : (custom() ?? builtIn());
  }

  /** True for kinds that are certainly cluster-scoped. */
  isClusterScoped(apiVersion: string, kind: string): boolean {
    const known = kindInfo(apiVersion, kind, RELEASE);
    if (known) {
      return !known.namespaced;
    }
    if (!this.initialized) {
      if (!this.custom) {
        this.builtIn = this.builtIn === 'unused' ? 'wanted' : this.builtIn;
        return false;
      }
      this.initialize();
    }
    return this.parsed?.isNamespaced(apiVersion, kind) === false;
  }

  private initialize(): void {
    if (this.initialized) {
      return;
    }
    this.initialized = true;
    if (this.custom) {
      if (this.builtIn === 'wanted') {
        this.builtIn = 'used';
        this.builtInCameLast = true;
      }
      this.parsed = new OpenApiDefinitions(
        parse(this.custom),
        this.builtIn === 'used'
          ? { find: builtInDefinition, first: this.builtInCameLast }
          : undefined,
      );
      this.revision++;
    } else {
      this.builtIn = 'used';
    }
  }
}

function parse(custom: { text: string; file: string }): JsonObject {
  const { text, file } = custom;
  try {
    const value = parseDocuments(text, { file, duplicateKeys: 'last' })[0]
      ?.value;
    if (isJsonObject(value)) {
      return value;
    }
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: error.message,
        file,
        field: 'openapi',
        cause: error,
      });
    }
    throw error;
  }
  throw invalid('the schema is not a mapping', file);
}

function invalid(problem: string, file?: string): KustomizeError {
  return new KustomizeError({
    code: 'invalid-kustomization',
    problem,
    file,
    field: 'openapi',
  });
}
