import {
  getOwn,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { Draft } from './drafts';
import { findEqual } from './equality';
import { Frame, Visitor } from './Frame';
import { checkCount, count, push, violation } from './keywords';
import { showCount, Violation } from './Violation';

/** Keywords for lists. */
export function checkList(
  visitor: Visitor,
  frame: Frame,
  list: JsonValue[],
  schema: JsonObject,
  draft: Draft,
  found: Violation[],
): void {
  const say = (message: string) => found.push(violation(frame.at, message));
  checkCount('Items', list.length, schema, say);
  if (getOwn(schema, 'uniqueItems') === true) {
    const pair = findEqual(list, steps => visitor.step(steps));
    if (pair) {
      say(`items at ${showCount(pair[0])} and ${showCount(pair[1])} are equal`);
    }
  }
  const items = getOwn(schema, 'items');
  const first =
    draft >= 2020
      ? getOwn(schema, 'prefixItems')
      : Array.isArray(items) && items;
  const prefix = Array.isArray(first) ? first : [];
  const rest =
    draft >= 2020 || !Array.isArray(items)
      ? items
      : getOwn(schema, 'additionalItems');
  list.forEach((item, i) => {
    const inner = i < prefix.length ? prefix[i] : rest;
    const counted = rest === false && draft < 2020 && Array.isArray(items);
    if (inner !== undefined && !(i >= prefix.length && counted)) {
      push(found, visitor.visitInner(frame, String(i), item, inner));
    }
  });
  if (
    rest === false &&
    draft < 2020 &&
    Array.isArray(items) &&
    list.length > prefix.length
  ) {
    say(
      `last ${showCount(list.length - prefix.length)} additionalItem(s) not allowed`,
    );
  }
  if (draft >= 6) {
    checkContains(visitor, frame, list, schema, draft, found);
  }
}

function checkContains(
  visitor: Visitor,
  frame: Frame,
  list: JsonValue[],
  schema: JsonObject,
  draft: Draft,
  found: Violation[],
): void {
  const contains = getOwn(schema, 'contains');
  if (contains === undefined) {
    return;
  }
  const causes: Violation[] = [];
  const matched: number[] = [];
  list.forEach((item, i) => {
    const wrong = visitor.visitInner(frame, String(i), item, contains);
    if (wrong) {
      causes.push(wrong);
    } else {
      matched.push(i);
      if (draft >= 2020) {
        frame.unevaluated.indices?.delete(i);
      }
    }
  });
  const least = draft >= 2019 ? count(schema, 'minContains') : undefined;
  const most = draft >= 2019 ? count(schema, 'maxContains') : undefined;
  const matches = `matched ${matched.length} items at ${matched.join(' ')}`;
  if (least === undefined && matched.length === 0) {
    found.push({
      at: frame.at,
      message: 'no items match contains schema',
      causes,
    });
  } else if (least !== undefined && matched.length < least) {
    found.push({
      at: frame.at,
      message: `min ${least} items required to match contains schema, but ${matched.length === 0 ? 'none matched' : matches}`,
      causes,
    });
  }
  if (most !== undefined && matched.length > most) {
    found.push(
      violation(
        frame.at,
        `max ${most} items required to match contains schema, but ${matches}`,
      ),
    );
  }
}
