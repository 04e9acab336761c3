import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { applyJsonPatch, readJsonPatch } from './jsonPatch';

const apply = (document: JsonValue, patch: string) =>
  applyJsonPatch(document, readJsonPatch(patch));

describe('applyJsonPatch', () => {
  it('counts negative indexes from the end', () => {
    expect(
      apply({ a: ['x', 'y'] }, '- {op: replace, path: /a/-1, value: z}'),
    ).toEqual({ a: ['x', 'z'] });
    expect(
      apply({ a: ['x', 'y'] }, '- {op: add, path: /a/-1, value: z}'),
    ).toEqual({ a: ['x', 'y', 'z'] });
  });

  it('takes missing fields for null where json-patch 4.13 does', () => {
    expect(apply({ a: {} }, '- {op: replace, path: /a/b, value: 1}')).toEqual({
      a: { b: 1 },
    });
    expect(apply({ a: {} }, '- {op: copy, from: /b, path: /a/b}')).toEqual({
      a: { b: null },
    });
    expect(apply({ a: {} }, '- {op: test, path: /b, value: null}')).toEqual({
      a: {},
    });
  });

  it.each([
    '- {op: remove, path: /b}',
    '- {op: add, path: /b/c, value: 1}',
    '- {op: add, path: "", value: {}}',
    '- {op: move, from: /b, path: /c}',
    '- {op: add, value: 1}',
    '- {op: unknown, path: /a}',
    '- {op: add, path: /list/3, value: 1}',
    '- {op: replace, path: /list/1, value: 1}',
    '- {op: test, path: /a, value: 2}',
  ])('refuses %s', patch => {
    expect(() => apply({ a: 1, list: ['x'] }, patch)).toThrow(
      expect.objectContaining({ code: 'invalid-patch' }),
    );
  });

  it('reads what starts with a bracket as JSON only', () => {
    expect(() => readJsonPatch('[{op: remove, path: /a}]')).toThrow(
      expect.objectContaining({ code: 'invalid-patch' }),
    );
  });
});
