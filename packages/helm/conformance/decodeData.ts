import {
  decodeTagged,
  GoTyped,
  GoType,
  STRING,
} from '@backstage-gitops/go-template';
import { goDuration, GoTime } from '../src/functions/dates';

const JSON_NUMBER: GoType = {
  name: 'json.Number',
  kind: 'string',
  underlying: STRING,
};

/** Data of cases: JSON with tags for Go's types, times among them. */
export function decodeData(data: unknown): unknown {
  return decodeTagged(data, (tag, value) => {
    switch (tag) {
      case 'number':
        return new GoTyped(JSON_NUMBER, String(value));
      case 'duration':
        return goDuration(BigInt(String(value)));
      case 'time':
        return GoTime.parse('2006-01-02T15:04:05Z07:00', String(value));
      default:
        return undefined;
    }
  });
}
