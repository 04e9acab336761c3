import { encodingFunctions } from '../functions/encoding';

/** `toYaml` of templates: no line end at the end, empty for what YAML has no form for. */
export function toYaml(value: unknown): string {
  return encodingFunctions.get('toYaml')!.call(value) as string;
}
