/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** Comments around an entry; lines start with `#`. */
export interface Comments {
  /** Lines directly above. */
  head: string[];
  /** Behind the value, or behind the key of a block. */
  line: string;
  /** Lines directly below, in front of an empty line or the end. */
  foot: string[];
}

/** An entry of a mapping, or (with an empty key) of a list. */
export interface StyledEntry {
  key: StyledScalar;
  value: StyledNode;
  comments: Comments;
}

/** A scalar as it stands in the text. */
export interface StyledScalar {
  kind: 'scalar';
  style: ScalarStyle;
  text: string;
  /** Not a string: written as it is. */
  raw?: boolean;
}

/** A mapping or list. */
export interface StyledCollection {
  kind: 'map' | 'list';
  flow: boolean;
  entries: StyledEntry[];
}

/** YAML with its style: what a text keeps when one value in it changes. */
export type StyledNode = StyledScalar | StyledCollection;

/** Thrown for texts whose style is not followed. */
export class UnsupportedStyle extends Error {}

/** No comments. */
export function noComments(): Comments {
  return { head: [], line: '', foot: [] };
}
