import { ANY, GoFunction, goFunction } from '@backstage-gitops/go-template';
import { MarshalError } from './jsonForm';
import { JsonStyle, writeJson } from './writeJson';

/** What `write` gives; nothing where the value cannot be written. */
export function lenient(
  write: (value: unknown) => string,
): (value: unknown) => string {
  return value => {
    try {
      return write(value);
    } catch (error) {
      if (error instanceof MarshalError) {
        return '';
      }
      throw error;
    }
  };
}

function writer(style: JsonStyle): (value: unknown) => string {
  return value => writeJson(value, style);
}

const compact = writer({});
const pretty = writer({ pretty: true });
const raw = writer({ raw: true });

/**
 * `toJson` and `mustToJson` of Helm, the others of sprig 3.3, whose `toRawJson`
 * fails as its must-variant does.
 */
export const jsonFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['toJson', goFunction([ANY], lenient(compact))],
  ['mustToJson', goFunction([ANY], compact)],
  ['toPrettyJson', goFunction([ANY], lenient(pretty))],
  ['mustToPrettyJson', goFunction([ANY], pretty)],
  ['toRawJson', goFunction([ANY], raw)],
  ['mustToRawJson', goFunction([ANY], raw)],
]);
