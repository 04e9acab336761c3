import { Values } from '@backstage-gitops/helm';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { ValuesReference } from '@backstage-gitops/plugin-gitops-common';
import { composeValues, LoadedReference } from './composeValues';
import { configDigest } from './configDigest';

const yaml = (text: string) => parseYaml(text) as Values;

const reference = (
  text: string | undefined,
  overrides: Partial<ValuesReference> = {},
): LoadedReference => ({
  reference: { kind: 'ConfigMap', name: 'more', ...overrides },
  text,
});

describe('composeValues', () => {
  it.each<[string, string, LoadedReference[], string]>([
    ['nothing at all', '{}', [], '{}'],
    [
      'references in order, and its own values over all',
      '{a: own}',
      [
        reference('{a: first, b: first, c: {d: first, e: first}}'),
        reference('{b: second, c: {d: second}}'),
      ],
      '{a: own, b: second, c: {d: second, e: first}}',
    ],
    [
      'lists as a whole, and nulls that delete from the chart',
      '{list: [3], gone: null}',
      [reference('{list: [1, 2], gone: here}')],
      '{list: [3], gone: null}',
    ],
    [
      'what is optional and missing',
      '{a: 1}',
      [reference(undefined, { optional: true })],
      '{a: 1}',
    ],
    [
      'values at paths, of the types that they look like',
      '{}',
      [
        reference('3', { targetPath: 'a.replicas' }),
        reference('"3"', { targetPath: 'a.text' }),
        reference('{p,q}', { targetPath: 'a.list' }),
        reference('true', { targetPath: 'b[1]' }),
        reference('null', { targetPath: 'c\\.d' }),
      ],
      '{a: {replicas: 3, text: "3", list: [p, q]}, b: [null, true], c.d: null}',
    ],
    [
      'literal values as they are',
      '{}',
      [
        reference('a=1,b={c}\\n[d]', {
          targetPath: 'file\\.conf',
          literal: true,
        }),
      ],
      "{file.conf: 'a=1,b={c}\\n[d]'}",
    ],
    [
      'the first value at a path within its own tables over these, as Flux does',
      '{top: own, table: {a: own, b: own, c: own}}',
      [
        reference('set', { targetPath: 'table.a' }),
        reference('set', { targetPath: 'table.b' }),
        reference('set', { targetPath: 'top' }),
      ],
      '{top: own, table: {a: set, b: own, c: own}}',
    ],
  ])('gives %s', (_, own, references, expected) => {
    expect(
      JSON.parse(
        JSON.stringify(composeValues(yaml(own), references), (__, value) =>
          typeof value === 'bigint' ? Number(value) : value,
        ),
      ),
    ).toEqual(yaml(expected));
  });

  it('leaves the object alone whose values it composes', () => {
    const own = yaml('{table: {a: own}}');
    composeValues(own, [reference('set', { targetPath: 'table.a' })]);
    expect(own).toEqual({ table: { a: 'own' } });
  });

  it.each<[Partial<ValuesReference>, string, RegExp]>([
    [
      { valuesKey: 'prod.yaml' },
      '- a list',
      /^could not resolve ConfigMap chart values reference 'more' with key 'prod.yaml': /,
    ],
    [{ targetPath: 'a.b' }, 'x,canary', /'more' with key 'values.yaml': /],
  ])('refuses %j', (overrides, text, message) => {
    expect(() => composeValues({}, [reference(text, overrides)])).toThrow(
      message,
    );
    // Of a Secret, nothing is quoted.
    const secret = reference(text, { ...overrides, kind: 'Secret' });
    let told = '';
    try {
      composeValues({}, [secret]);
    } catch (error) {
      told = (error as Error).message;
    }
    expect(told).toMatch(/^could not resolve Secret chart values reference/);
    expect(told).not.toMatch(/canary|a list/);
  });
});

describe('configDigest', () => {
  // Computed by fluxcd/pkg, chartutil 1.27.
  it.each([
    ['{}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      '{replicaCount: 3}',
      '803f06d4673b07668ff270301ca54ca5829da3133c1219f47bd9f52a60b22f9f',
    ],
    [
      '{b: {"10": 1, "9": [{z: 1.5, a: null}]}, a: "multi\\nline", é: "yes"}',
      '2f3930d54d3a6bc4d367976829f9f4e03287077de0c713b098f00eb90d68a617',
    ],
  ])('of %s is that of Flux', (values, digest) => {
    expect(configDigest(yaml(values))).toBe(`sha256:${digest}`);
  });

  it('does not depend on the order of keys', () => {
    expect(configDigest(yaml('{a: 1, b: {d: 1, c: 2}}'))).toBe(
      configDigest(yaml('{b: {c: 2, d: 1}, a: 1}')),
    );
  });
});
