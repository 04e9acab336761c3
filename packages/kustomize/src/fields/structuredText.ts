import {
  YamlError,
  parseSpelledDocuments,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { FieldSlot } from './visitField';
import { findField, findFields } from './findFields';
import { keepStyle } from '../styledYaml/keepStyle';
import { writeStyledYaml } from '../styledYaml/writeStyledYaml';
import { YamlNode, cloneNode, isScalar, textOf, toPlain } from './YamlNode';

/** Writes a value into a text that is JSON, or else YAML. */
export type WriteInText = (slot: FieldSlot, inJson: boolean) => void;

/**
 * Replaces a value inside of JSON or YAML that is held in a string: where a
 * path leads through a scalar, the rest of it is looked up in the text. Returns
 * false where it does not, or where nothing is found there.
 */
export function replaceInText(
  root: YamlNode,
  path: readonly string[],
  createAs: YamlNode | undefined,
  write: WriteInText,
): boolean {
  for (let length = 1; length < path.length; length++) {
    const prefix = path.slice(0, length);
    const scalar = findField(root, prefix);
    if (scalar === undefined || !isScalar(scalar)) {
      continue;
    }
    const text = textOf(scalar);
    const changed = changeText(text, path.slice(length), createAs, write);
    if (changed === undefined) {
      return false;
    }
    const [slot] = findFields(root, prefix, undefined);
    slot.set(changed);
    return true;
  }
  return false;
}

function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function changeText(
  text: string,
  path: readonly string[],
  createAs: YamlNode | undefined,
  write: WriteInText,
): string | undefined {
  try {
    const [document] = parseSpelledDocuments(text, { dialect: 'go-yaml-v3' });
    const node = document?.value as YamlNode | undefined;
    if (node === undefined) {
      return undefined;
    }
    const before = cloneNode(node);
    const slots = findFields(node, path, createAs);
    if (slots.length === 0) {
      return undefined;
    }
    slots.forEach(slot => write(slot, isJson(text)));
    return serialize(node, text, before);
  } catch (error) {
    if (error instanceof YamlError || error instanceof KustomizeError) {
      return undefined;
    }
    throw error;
  }
}

/** JSON stays JSON, indented where it was; YAML keeps its style and order. */
function serialize(after: YamlNode, text: string, before: YamlNode): string {
  if (isJson(text)) {
    const pretty = text.includes('\n') && text.includes('  ');
    const sorted = stringifyJson(toPlain(after), { sortKeys: true });
    const written = pretty
      ? stringifyJson(JSON.parse(sorted), { indent: 2 })
      : sorted;
    return written.replace(
      /[<>&\u2028\u2029]/g,
      char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  return (
    keepStyle(text, before, after) ?? writeStyledYaml(after, undefined)
  ).trim();
}
