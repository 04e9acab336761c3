import { LoggerService } from '@backstage/backend-plugin-api';
import { Entity, stringifyLocationRef } from '@backstage/catalog-model';
import {
  CatalogProcessorParser,
  CatalogProcessorResult,
  parseEntityYaml,
  processingResult,
} from '@backstage/plugin-catalog-node';
import { LocationSpec } from '@backstage/plugin-catalog-common';
import { assertError } from '@backstage/errors';
import {
  Claim,
  claimsFor,
  fileLocationOf,
  FilePart,
  HomeNaming,
  identityOf,
  mayHoldGitops,
  readParts,
} from '@backstage-gitops/plugin-gitops-node';
import { classify, ClassifyOptions } from '../manifests/classify';
import { FileReading } from './FileReading';
import { RecentLines } from './RecentLines';

/**
 * What {@link gitopsEntityDataParser} is made of.
 *
 * @public
 */
export interface GitopsEntityDataParserOptions {
  /** Reads Backstage's own documents. Default: as the catalog does. */
  defaultParser?: CatalogProcessorParser;
  /** Default: none; entities then carry the names of their objects. */
  homes?: readonly HomeNaming[];
  /** They tell which home a file is for. Default: none. */
  claims?: readonly Claim[];
  /** Hosts whose addresses are `/raw/<owner>/<repository>/<ref>/<path>`. */
  rawHosts?: readonly string[];
  /**
   * Kinds of other API groups than Backstage's that belong to the catalog also
   * where they stand beside GitOps objects, such as those of `catalog.rules`.
   */
  catalogKinds?: readonly string[];
  /** Is told what is not taken. */
  logger?: LoggerService;
}

/** What a host answers that wants people to sign in. */
const PAGE = /^\uFEFF?\s*<(?:!doctype html|html)\b/i;

/** As the catalog's own default (plugin-catalog-backend 4.0). */
const parseAsCatalog: CatalogProcessorParser =
  async function* parseAsCatalogDoes({ data, location }) {
    yield* parseEntityYaml(data, location);
  };

/**
 * A parser for `catalogModelExtensionPoint.setEntityDataParser`
 * (plugin-catalog-node 2.2) that makes slim entities of GitOps objects, in any
 * API version that Flux ever served: identity, digest, document index and
 * references; never values, substitutions, patches or status.
 *
 * - Files without documents of Flux's API groups go to the default parser as
 *   they are.
 * - Backstage's own documents in files with GitOps objects go there too, with the
 *   lines that they have in the file.
 * - Other documents, such as Secrets and Deployments, are left out; the entities
 *   of the file tell so in an annotation.
 * - A document that cannot be an entity (a name of more than 63 characters, one
 *   that the file has already) becomes an entity that fails with the reason, so
 *   that it holds back none of its neighbours.
 *
 * YAML is read as Kubernetes reads it. Never throws: what cannot be read becomes
 * an error of the location.
 *
 * @public
 */
export function gitopsEntityDataParser(
  options: GitopsEntityDataParserOptions = {},
): CatalogProcessorParser {
  const defaultParser = options.defaultParser ?? parseAsCatalog;
  const catalogKinds = new Set(
    options.catalogKinds?.map(kind => kind.toLowerCase()),
  );
  const logged = new RecentLines();

  return async function* parse({ data, location }) {
    const text = data.toString('utf8');
    if (PAGE.test(text)) {
      yield processingResult.inputError(
        location,
        `The file at ${stringifyLocationRef(location)} is a page of HTML, not YAML: a sign-in page, or one that shows the file; register the address of the file itself`,
      );
      return;
    }
    const parts = mayHoldGitops(text) ? readParts(text, location.target) : [];
    const isOurs = ({ value }: FilePart['documents'][number]) => {
      const { apiVersion, kind } = identityOf(value);
      return classify(apiVersion, kind, { catalogKinds }) === 'gitops';
    };
    if (!parts.some(({ documents }) => documents.some(isOurs))) {
      yield* guarded(defaultParser, { data, location }, undefined);
      return;
    }

    const reading = new FileReading({
      file: location.target,
      homes: options.homes ?? [],
      claims: claimsAbout(location, options),
    });
    const rest = parts.map(part => sortPart(part, reading, { catalogKinds }));
    for (const entity of reading.result()) {
      yield processingResult.entity(location, entity);
    }
    if (rest.some(belongs => belongs)) {
      // Blank lines in place of what is not the default parser's, so that its
      // errors name the lines of the file.
      const remaining = parts
        .map(({ text: part }, i) => (rest[i] ? part : blank(part)))
        .join('');
      yield* guarded(
        defaultParser,
        { data: Buffer.from(remaining), location },
        { catalogKinds },
      );
    }
    for (const { message } of reading.findings) {
      const line = `${stringifyLocationRef(location)}: ${message}`;
      if (logged.isNew(line)) {
        options.logger?.warn(line);
      }
    }
  };
}

/** Hands the documents of a part on; true where it is the default parser's. */
function sortPart(
  part: FilePart,
  reading: FileReading,
  options: ClassifyOptions,
): boolean {
  if (part.error) {
    return true;
  }
  const classes = part.documents.map(({ value }) => {
    const { apiVersion, kind } = identityOf(value);
    return classify(apiVersion, kind, options);
  });
  // Documents that cannot be told apart by lines are the catalog's together or
  // not at all.
  const isCatalog =
    classes.length > 0 && classes.every(found => found === 'catalog');
  part.documents.forEach((document, i) => {
    if (classes[i] === 'gitops') {
      reading.addGitops(document);
    } else if (!isCatalog) {
      reading.addForeign(document);
    }
  });
  return isCatalog;
}

/**
 * The default parser, which may read what we could not: it must not bring in
 * whole what is only let in slim.
 */
async function* guarded(
  parser: CatalogProcessorParser,
  file: { data: Buffer; location: LocationSpec },
  beside: ClassifyOptions | undefined,
): AsyncIterable<CatalogProcessorResult> {
  for await (const result of parser(file)) {
    if (result.type === 'entity' && !mayEnter(result.entity, beside)) {
      yield processingResult.generalError(
        file.location,
        `A document of ${stringifyLocationRef(file.location)} is a Kubernetes object that cannot be read as Kubernetes reads YAML; correct its syntax`,
      );
    } else {
      yield result;
    }
  }
}

function mayEnter(
  entity: Entity,
  beside: ClassifyOptions | undefined,
): boolean {
  const found = classify(
    entity.apiVersion,
    entity.kind,
    beside ?? { catalogKinds: new Set() },
  );
  return beside ? found === 'catalog' : found !== 'gitops';
}

function claimsAbout(
  location: LocationSpec,
  options: GitopsEntityDataParserOptions,
): Claim[] {
  try {
    return claimsFor(options.claims ?? [], fileLocationOf(location, options));
  } catch (error) {
    // No claim is about it then; the gitops plugin says why.
    assertError(error);
    return [];
  }
}

function blank(text: string): string {
  return '\n'.repeat(text.split('\n').length - 1);
}
