import { YamlError } from '@backstage-gitops/kubernetes-yaml';
import {
  YamlNode,
  getField,
  isMap,
  isScalar,
  textOf,
} from '../fields/YamlNode';
import { StyledNode, UnsupportedStyle } from './StyledNode';
import { readStyledYaml } from './readStyledYaml';
import { writeStyledYaml } from './writeStyledYaml';

/**
 * Writes a changed value in the style of the text that it came from. Gives
 * nothing for texts whose style is not followed; `before` is what the text
 * held, by which the reading of styles is checked.
 */
export function keepStyle(
  text: string,
  before: YamlNode,
  after: YamlNode,
): string | undefined {
  try {
    const styled = readStyledYaml(text);
    return holds(styled, before) ? writeStyledYaml(after, styled) : undefined;
  } catch (error) {
    if (error instanceof UnsupportedStyle || error instanceof YamlError) {
      return undefined;
    }
    throw error;
  }
}

function holds(styled: StyledNode, value: YamlNode): boolean {
  if (styled.kind === 'scalar') {
    return isScalar(value) && textOf(value) === styled.text;
  }
  const { entries } = styled;
  if (styled.kind === 'list') {
    return (
      Array.isArray(value) &&
      value.length === entries.length &&
      entries.every((entry, i) => holds(entry.value, value[i]))
    );
  }
  return (
    isMap(value) &&
    Object.keys(value).length === entries.length &&
    entries.every(({ key, value: item }) => {
      const field = getField(value, key.text);
      return field !== undefined && holds(item, field);
    })
  );
}
