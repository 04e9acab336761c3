import type { JsonObject } from '../json/value';

const VERSION = 'v1.34.2';

/**
 * `/openapi/v2` without kinds, in JSON. kubectl 1.32 still asks for it where a
 * manifest is a `List`, and takes what it does not describe as it is; the rest it
 * validates by `/openapi/v3` and on the server.
 */
export const OPENAPI_V2: JsonObject = Object.freeze({
  swagger: '2.0',
  info: { title: 'Kubernetes', version: VERSION },
  paths: {},
  definitions: {},
});

/** The media type in which kubectl asks for it; an `@` stands in no media type. */
export const OPENAPI_V2_PROTOBUF =
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** That of the answer. */
export const OPENAPI_V2_ANSWER =
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The same as protobuf (gnostic's `openapi.v2.Document`); all bytes are ASCII. */
export const OPENAPI_V2_BYTES: JsonObject = Object.freeze({
  text: message([
    field(1, '2.0'),
    field(2, message([field(1, 'Kubernetes'), field(2, VERSION)])),
    field(8, ''),
  ]),
});

function message(fields: string[]): string {
  return fields.join('');
}

/** A length-delimited field: its tag, its length, its bytes. */
function field(number: number, value: string): string {
  return String.fromCharCode(number * 8 + 2, value.length) + value;
}
