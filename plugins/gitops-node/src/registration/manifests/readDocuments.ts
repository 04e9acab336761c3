import {
  isJsonObject,
  JsonObject,
  JsonValue,
  parseDocuments,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import { isGitopsGroup } from '@backstage-gitops/plugin-gitops-common';
import { splitAlert } from './splitAlert';

/** A stretch of a file that holds whole documents, usually one. */
export interface FilePart {
  text: string;
  /** Line of its first character, from 0. */
  line: number;
  documents: FileDocument[];
  /** Why it cannot be read; it has no documents then. */
  error?: YamlError;
}

/** A document of a file, an item of a list in it, or a part of an Alert with several Providers. */
export interface FileDocument {
  /** Its place: `0`, `1` ..., and `1.0`, `1.1` ... for the items of a list. */
  id: string;
  value: JsonValue;
}

/** Longer files are nobody's manifests. */
const LONGEST_FILE = 8 * 1024 * 1024;

/** Whether a text can hold a document of a GitOps API group. */
export function mayHoldGitops(text: string): boolean {
  return text.includes('fluxcd.io');
}

/**
 * Reads a file part by part, so that what cannot be read in one document does
 * not hide the others. Parts begin at `---`, where Kubernetes' own tools split.
 */
export function readParts(text: string, file?: string): FilePart[] {
  let next = 0;
  return splitParts(text).map(({ text: part, line }) => {
    try {
      const documents = parseDocuments(part, {
        file,
        maxLength: LONGEST_FILE,
      }).filter(({ empty, value }) => !empty && value !== null);
      return {
        text: part,
        line,
        documents: documents.flatMap(({ value }) =>
          flatten(String(next++), value),
        ),
      };
    } catch (error) {
      if (!(error instanceof YamlError)) {
        throw error;
      }
      next++;
      return { text: part, line, documents: [], error };
    }
  });
}

function splitParts(text: string): { text: string; line: number }[] {
  // Directives belong to the document behind the next marker; rare enough to
  // be read with everything else.
  if (/^%/m.test(text)) {
    return [{ text, line: 0 }];
  }
  const parts: { text: string; line: number }[] = [];
  let line = 0;
  for (const part of text.split(/^(?=---(?:[ \t\r\n]|$))/m)) {
    if (part !== '') {
      parts.push({ text: part, line });
    }
    line += part.split('\n').length - 1;
  }
  return parts;
}

function flatten(id: string, value: JsonValue): FileDocument[] {
  if (
    isJsonObject(value) &&
    typeof value.kind === 'string' &&
    value.kind.endsWith('List') &&
    typeof value.apiVersion === 'string' &&
    (value.apiVersion === 'v1' ||
      isGitopsGroup(value.apiVersion.split('/')[0])) &&
    Array.isArray(value.items)
  ) {
    return value.items.flatMap((item, i) => flatten(`${id}.${i}`, item));
  }
  const parts = splitAlert(value);
  return parts.length === 1
    ? [{ id, value }]
    : parts.map((part, i) => ({ id: `${id}.${i}`, value: part }));
}

/** What a document says of itself; anything may be missing or of any type. */
export function identityOf(value: JsonValue): {
  apiVersion?: JsonValue;
  kind?: JsonValue;
  metadata: JsonObject;
} {
  if (!isJsonObject(value)) {
    return { metadata: {} };
  }
  return {
    apiVersion: value.apiVersion,
    kind: value.kind,
    metadata: isJsonObject(value.metadata) ? value.metadata : {},
  };
}
