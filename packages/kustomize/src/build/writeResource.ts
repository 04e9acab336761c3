import { YamlError, stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { YamlNode, isMap, setField } from '../fields/YamlNode';
import { Resource } from '../resources/Resource';
import { formatId } from '../resources/ResourceId';

// As they are written: characters that JSON does not escape and YAML refuses
// (delete, C1 controls, non-characters), and the break that YAML folds.
const SUSPICIOUS = /\\(?:x[789]|uFFF[EF]|N)/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const NEXT_LINE = / *\x85[ \x85]*/g;

/**
 * Writes a resource as kustomize does, which sends it through JSON and reads
 * that as YAML: a next line character (U+0085) is a line break there, and
 * folded; other control characters are errors.
 *
 * @throws KustomizeError `invalid-resource`
 */
export function writeResource(resource: Resource): string {
  try {
    const text = stringifyYaml(resource.node);
    return SUSPICIOUS.test(text)
      ? stringifyYaml(throughJson(resource.node, resource))
      : text;
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-resource',
        problem: error.message,
        object: formatId(resource.currentId()),
        cause: error,
      });
    }
    throw error;
  }
}

function throughJson(node: YamlNode, resource: Resource): YamlNode {
  if (typeof node === 'string') {
    return foldText(node, resource);
  }
  if (Array.isArray(node)) {
    return node.map(item => throughJson(item, resource));
  }
  if (!isMap(node)) {
    return node;
  }
  const result = {};
  for (const key of Object.keys(node)) {
    const name = foldText(key, resource);
    setField(result, name, throughJson(node[key], resource));
  }
  return result;
}

function foldText(text: string, resource: Resource): string {
  if (CONTROL.test(text)) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem: 'a text holds a control character that YAML does not allow',
      object: formatId(resource.currentId()),
    });
  }
  return text.replace(NEXT_LINE, run => {
    const breaks = run.replaceAll(' ', '').length;
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
  });
}
