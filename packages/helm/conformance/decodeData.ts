import {
  decodeTagged,
  GoNumber,
  GoTyped,
  GoType,
  INT64,
  STRING,
} from '@backstage-gitops/go-template';

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
        return new GoNumber(
          { ...INT64, name: 'time.Duration' },
          BigInt(String(value)),
        );
      default:
        return undefined;
    }
  });
}
