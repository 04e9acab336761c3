/**
 * What a class that stands for a Go type with marshal methods offers, such as
 * a time or a version: a `GoStruct` with one or more of these methods. Without
 * them a struct is written field by field.
 */
export interface GoMarshaler {
  /** `MarshalJSON`: the value that is written instead. May throw `GoError`. */
  marshalJson?(): unknown;
  /** `MarshalText`: JSON, YAML and TOML write it as a string. */
  marshalText?(): string;
  /**
   * A text that YAML and TOML write without quotes, as they write times. For
   * TOML it depends on the zone, which leaves out the offset or the date.
   */
  marshalPlain?(format: 'yaml' | 'toml'): string;
}

/** The methods a value has; nothing for values without any. */
export function marshalerOf(value: object): GoMarshaler {
  return value as GoMarshaler;
}
