import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { SchemaDocument } from './SchemaDocument';
import { Violation } from './Violation';

/** What of a value no keyword has looked at yet. */
export interface Unevaluated {
  names?: Set<string>;
  indices?: Set<number>;
}

/** A value at its place, under a schema. */
export interface Frame {
  readonly value: JsonValue;
  readonly at: readonly string[];
  readonly schema: JsonValue;
  /** Schemas around this one, outermost last. */
  readonly outer?: Frame;
  /** Whether the value is that of the outer frame. */
  readonly sameValue: boolean;
  readonly unevaluated: Unevaluated;
}

/** What keywords need of the one that walks through values and schemas. */
export interface Visitor {
  readonly document: SchemaDocument;
  /** Counts steps; fails where there were too many. */
  step(count?: number): void;
  visit(frame: Frame): Violation | undefined;
  /** Another schema for the same value. */
  visitSame(frame: Frame, schema: JsonValue): Violation | undefined;
  /** A schema for an item or property of the value. */
  visitInner(
    frame: Frame,
    name: string,
    value: JsonValue,
    schema: JsonValue,
  ): Violation | undefined;
}
