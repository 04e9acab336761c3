/** Kinds of tokens, as libyaml names them. */
export type TokenType =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** A token; lines count from 0. */
export interface Token {
  readonly type: TokenType;
  readonly line: number;
  /** The text of a scalar, the name of an anchor, the handle of a tag. */
  readonly value?: string;
  /** What follows the handle of a tag, or what a handle stands for. */
  readonly suffix?: string;
  /** Whether a scalar stands without quotes. */
  readonly plain?: boolean;
}

/** What go-yaml says of a text that it cannot read. */
export class GoYamlError extends Error {}
