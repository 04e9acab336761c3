import { parseSpelledDocuments } from '@backstage-gitops/kubernetes-yaml';
import { YamlMap, YamlNode, cloneNode } from '../fields/YamlNode';
import { keepStyle } from './keepStyle';

function change(text: string, edit: (value: YamlMap) => void) {
  const before = parseSpelledDocuments(text, { dialect: 'go-yaml-v3' })[0]
    .value as YamlNode;
  const after = cloneNode(before) as YamlMap;
  edit(after);
  return keepStyle(text, before, after);
}

describe('keepStyle', () => {
  it('keeps quotes, flow collections, literals and comments', () => {
    const text = `# about
a: 'single' # why
b: "double"
list:
- {x: 1, y: [two, "three"]}
# the last
- |
  several
  lines
`;
    expect(change(text, () => undefined)).toBe(text);
    expect(
      change(text, value => {
        value.a = "it's";
      }),
    ).toBe(text.replace("'single'", "'it''s'"));
  });

  it('writes indentation anew, and long flow collections on one line', () => {
    expect(
      change('a:\n    - b: {\n        c: d\n      }\n', () => undefined),
    ).toBe('a:\n- b: {c: d}\n');
  });

  it('keeps comments of the file and below entries apart', () => {
    const text = '# file\n\na: b\n# below\n\nc: d\n';
    expect(change(text, () => undefined)).toBe(text);
  });

  it('quotes what a string would be read as otherwise', () => {
    expect(
      change('a: b\nc: "d"\n', value => {
        value.a = '1';
        value.c = '1';
      }),
    ).toBe('a: "1"\nc: "1"\n');
  });

  it.each([
    'a: &x b\nc: *x\n',
    'a: !tag b\n',
    'a: >\n  b\n',
    '--- \na: b\n...\n',
  ])('leaves %j alone', text => {
    expect(change(text, () => undefined)).toBeUndefined();
  });
});
