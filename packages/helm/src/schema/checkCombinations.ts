import {
  getOwn,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { Draft } from './drafts';
import { Frame, Visitor } from './Frame';
import { push, violation } from './keywords';
import { isDone } from './unevaluated';
import { Violation } from './Violation';

/** Keywords that hold other schemas for the same value. */
export function checkCombinations(
  visitor: Visitor,
  frame: Frame,
  schema: JsonObject,
  draft: Draft,
  found: Violation[],
): void {
  const { at } = frame;
  const not = getOwn(schema, 'not');
  if (not !== undefined && !visitor.visitSame(frame, not)) {
    found.push(violation(at, "'not' failed"));
  }
  const allOf = failures(visitor, frame, getOwn(schema, 'allOf'));
  if (allOf.some(Boolean)) {
    const causes = allOf.filter(failure => failure !== undefined);
    found.push({ at, message: "'allOf' failed", causes });
  }
  const anyOf = failures(visitor, frame, getOwn(schema, 'anyOf'), 'any');
  if (anyOf.length > 0 && anyOf.every(Boolean)) {
    found.push({
      at,
      message: "'anyOf' failed",
      causes: anyOf.filter(failure => failure !== undefined),
    });
  }
  checkOneOf(visitor, frame, getOwn(schema, 'oneOf'), found);
  const condition = draft >= 7 ? getOwn(schema, 'if') : undefined;
  if (condition !== undefined) {
    const branch = getOwn(
      schema,
      visitor.visitSame(frame, condition) ? 'else' : 'then',
    );
    if (branch !== undefined) {
      push(found, visitor.visitSame(frame, branch));
    }
  }
}

function failures(
  visitor: Visitor,
  frame: Frame,
  schemas: JsonValue | undefined,
  until?: 'any',
): (Violation | undefined)[] {
  const results: (Violation | undefined)[] = [];
  for (const schema of Array.isArray(schemas) ? schemas : []) {
    const failure = visitor.visitSame(frame, schema);
    results.push(failure);
    if (until === 'any' && !failure && isDone(frame.unevaluated)) {
      break;
    }
  }
  return results;
}

function checkOneOf(
  visitor: Visitor,
  frame: Frame,
  schemas: JsonValue | undefined,
  found: Violation[],
): void {
  if (!Array.isArray(schemas)) {
    return;
  }
  const causes: Violation[] = [];
  let matched = -1;
  for (const [i, schema] of schemas.entries()) {
    const failure = visitor.visitSame(frame, schema);
    if (failure) {
      causes.push(failure);
    } else if (matched < 0) {
      matched = i;
    } else {
      found.push(
        violation(
          frame.at,
          `'oneOf' failed, subschemas ${matched}, ${i} matched`,
        ),
      );
      return;
    }
  }
  if (matched < 0) {
    found.push({
      at: frame.at,
      message: "'oneOf' failed, none matched",
      causes,
    });
  }
}
