import type { JsonObject } from '../json/value';
import { isObject } from '../json/value';

const BYTE_FIELDS: Record<string, string> = {
  ConfigMap: 'binaryData',
  Secret: 'data',
};

/**
 * Reads the byte values of Secrets and ConfigMaps as Go does: line breaks are
 * left out, null is empty. Changes the given copy; returns why a value is no
 * base64, without quoting it.
 */
export function readBytes(object: JsonObject): string | undefined {
  const field = BYTE_FIELDS[String(object.kind)];
  const data = field === undefined ? undefined : object[field];
  if (object.apiVersion !== 'v1' || !isObject(data)) return undefined;
  for (const [key, value] of Object.entries(data)) {
    if (value === null) data[key] = '';
    if (typeof value !== 'string') continue;
    const text = value.replace(/[\r\n]/g, '');
    const position = illegalPosition(text);
    if (position !== undefined) {
      return `illegal base64 data at input byte ${position}`;
    }
    data[key] = text;
  }
  return undefined;
}

function illegalPosition(text: string): number | undefined {
  const body = text.replace(/={1,2}$/, '');
  const illegal = body.search(/[^A-Za-z0-9+/]/);
  if (illegal >= 0) return illegal;
  return text.length % 4 === 0 ? undefined : Math.floor(text.length / 4) * 4;
}
