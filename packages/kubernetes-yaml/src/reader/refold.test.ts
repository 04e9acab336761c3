import { parseSpelledDocuments, parseYaml } from '..';

const block = (...lines: string[]) =>
  ['k: >+', ...lines.map(line => (line ? `  ${line}` : '')), ''].join('\n');

describe('a folded text', () => {
  it.each([
    ['ordinary lines', block('a', 'b', '', 'c'), 'a b\nc\n'],
    ['empty lines at its end', block('a', '', 'b', '', ''), 'a\nb\n\n\n\n'],
    [
      'a line that is indented further',
      block('a', 'b', '', '  c', 'd'),
      'a b\n\n\n  c\nd\n',
    ],
    ['nothing before its first line', block('', '', 'a', ''), '\n\na\n\n\n'],
    [
      'a space before a break, which is written in quotes',
      block('a', 'b ', '', '  c', ''),
      'a b \n\n  c\n\n',
    ],
  ])('with %s is read as kustomize writes it', (_, text, expected) => {
    const [document] = parseSpelledDocuments(text);
    expect(document.value).toEqual({ k: expected });
  });

  it('is read as it stands by everybody else', () => {
    expect(parseYaml(block('a', '', '  b', '', ''))).toEqual({
      k: 'a\n\n  b\n\n\n',
    });
  });
});
