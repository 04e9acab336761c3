import { parseDocuments, YamlError } from '@backstage-gitops/kubernetes-yaml';
import type { LoadedReference } from '../values/composeValues';

const MASK = '***';
/** What is shorter keeps no secret, and is a part of other words. */
const SHORTEST = 4;
const ORDINARY: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * Takes values of Secrets out of texts. What a chart says when it fails is its
 * author's, and templates, schemas and YAML quote what they are given: so what came
 * from Secrets is looked for in the words, as it is and in base64.
 */
export class SecretMask {
  private readonly hidden: readonly string[];

  /** Of what `spec.valuesFrom` refers to. */
  static of(references: readonly LoadedReference[]): SecretMask {
    const texts = new Set<string>();
    for (const { reference, text } of references) {
      if (reference.kind !== 'Secret' || text === undefined) {
        continue;
      }
      if (reference.targetPath) {
        addText(texts, text);
      } else {
        for (const value of valuesIn(text)) {
          addValue(texts, value);
        }
      }
    }
    return new SecretMask(texts);
  }

  private constructor(texts: ReadonlySet<string>) {
    const hidden = [...texts].flatMap(text => [
      text,
      Buffer.from(text).toString('base64'),
      // As messages quote it.
      JSON.stringify(text).slice(1, -1),
    ]);
    // A value may be a part of another one.
    this.hidden = [...new Set(hidden)].sort((a, b) => b.length - a.length);
  }

  mask(text: string): string {
    let masked = text;
    for (const value of this.hidden) {
      masked = masked.replaceAll(value, MASK);
    }
    return masked;
  }

  /** The same error, in other words where it quotes a value. */
  maskError(error: unknown): unknown {
    if (!(error instanceof Error) || this.hidden.length === 0) {
      return error;
    }
    const message = this.mask(error.message);
    if (message === error.message) {
      return error;
    }
    // Its cause and its stack would still say it.
    const masked = new Error(message);
    masked.name = error.name;
    return Object.assign(masked, { ...error, cause: undefined });
  }
}

function valuesIn(text: string): unknown[] {
  try {
    return parseDocuments(text).map(({ value }) => value);
  } catch (error) {
    if (error instanceof YamlError) {
      // No release is made from it.
      return [text];
    }
    throw error;
  }
}

function addValue(texts: Set<string>, value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(item => addValue(texts, item));
  } else if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(item => addValue(texts, item));
  } else if (value !== null) {
    addText(texts, String(value));
  }
}

/** Also line by line: messages quote what they show in other forms. */
function addText(texts: Set<string>, text: string): void {
  for (const part of [text, ...text.split('\n')]) {
    const trimmed = part.trim();
    if (trimmed.length >= SHORTEST && !ORDINARY.has(trimmed)) {
      texts.add(trimmed);
    }
  }
}
