import {
  getOwn,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { quoteSingle } from '../text/quote';
import { Draft } from './drafts';
import { Frame, Visitor } from './Frame';
import {
  asObject,
  checkCount,
  missingFrom,
  push,
  quoteAll,
  violation,
} from './keywords';
import { Violation } from './Violation';

/** Keywords for objects. */
export function checkTable(
  visitor: Visitor,
  frame: Frame,
  table: JsonObject,
  schema: JsonObject,
  draft: Draft,
  found: Violation[],
): void {
  const { at } = frame;
  const names = Object.keys(table);
  const say = (message: string) => found.push(violation(at, message));
  checkCount('Properties', names.length, schema, say);
  const missing = missingFrom(table, getOwn(schema, 'required'));
  if (missing.length > 0) {
    say(
      `missing ${missing.length > 1 ? 'properties' : 'property'} ${quoteAll(missing)}`,
    );
  }
  checkDependent(visitor, frame, table, getOwn(schema, 'dependencies'), found);
  checkProperties(visitor, frame, table, schema, found);
  const propertyNames =
    draft >= 6 ? getOwn(schema, 'propertyNames') : undefined;
  if (propertyNames !== undefined) {
    for (const name of names) {
      const wrong = visitor.visit({
        value: name,
        at: [],
        schema: propertyNames,
        sameValue: false,
        unevaluated: {},
      });
      if (wrong) {
        found.push({
          at,
          message: `invalid propertyName ${quoteSingle(name)}`,
          causes: wrong.isGroup ? wrong.causes : [wrong],
        });
      }
    }
  }
  if (draft >= 2019) {
    for (const key of ['dependentSchemas', 'dependentRequired']) {
      checkDependent(visitor, frame, table, getOwn(schema, key), found);
    }
  }
}

function checkProperties(
  visitor: Visitor,
  frame: Frame,
  table: JsonObject,
  schema: JsonObject,
  found: Violation[],
): void {
  const properties = asObject(getOwn(schema, 'properties'));
  const patterns = Object.entries(
    asObject(getOwn(schema, 'patternProperties')),
  );
  const additional = getOwn(schema, 'additionalProperties');
  const refused: string[] = [];
  for (const name of Object.keys(table)) {
    const visit = (inner: JsonValue) =>
      push(found, visitor.visitInner(frame, name, table[name], inner));
    let evaluated = Object.hasOwn(properties, name);
    if (evaluated) {
      visit(properties[name]);
    }
    for (const [pattern, inner] of patterns) {
      visitor.step(1 + name.length);
      if (visitor.document.pattern(pattern).matcher(name).find()) {
        evaluated = true;
        visit(inner);
      }
    }
    if (!evaluated && additional !== undefined) {
      evaluated = true;
      if (additional === false) {
        refused.push(name);
      } else {
        visit(additional);
      }
    }
    if (evaluated) {
      frame.unevaluated.names?.delete(name);
    }
  }
  if (refused.length > 0) {
    found.push(
      violation(
        frame.at,
        `additional properties ${quoteAll(refused)} not allowed`,
      ),
    );
  }
}

/** What must hold where a name is present. */
function checkDependent(
  visitor: Visitor,
  frame: Frame,
  table: JsonObject,
  keyword: JsonValue | undefined,
  found: Violation[],
): void {
  const rules = asObject(keyword);
  for (const name of Object.keys(rules)) {
    if (!Object.hasOwn(table, name)) {
      continue;
    }
    const rule = rules[name];
    if (!Array.isArray(rule)) {
      push(found, visitor.visitSame(frame, rule));
      continue;
    }
    const missing = missingFrom(table, rule);
    if (missing.length > 0) {
      found.push(
        violation(
          frame.at,
          `properties ${quoteAll(missing)} required, if ${quoteSingle(name)} exists`,
        ),
      );
    }
  }
}
