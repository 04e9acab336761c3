import { ImagePolicy } from '@backstage-gitops/plugin-gitops-common';
import { editFile, MAX_FILE_BYTES } from './editFile';
import { settersOf } from './settersOf';

const policy = (name: string, image?: [string, string, string?]) =>
  ({
    metadata: { namespace: 'apps', name },
    status: image && {
      latestRef: { name: image[0], tag: image[1], digest: image[2] },
    },
  }) as ImagePolicy;

const SETTERS = settersOf([
  policy('game', ['registry.example/game', 'v2']),
  policy('octal', ['registry.example/octal', '012']),
  policy('pinned', ['game', 'v2', `sha256:${'ab'.repeat(32)}`]),
  policy('unscanned'),
]);

const edit = (text: string) => editFile(Buffer.from(text), SETTERS);

function edited(text: string): string {
  const result = edit(text);
  return result.type === 'edited' ? result.content.toString() : result.type;
}

const marked = (setter: string) => `# {"$imagepolicy": "apps:${setter}"}`;

describe('marked values', () => {
  it.each<[string, string, string]>([
    [
      'an image',
      `image: game:v1 ${marked('game')}`,
      'image: registry.example/game:v2',
    ],
    [
      'a name',
      `newName: game ${marked('game:name')}`,
      'newName: registry.example/game',
    ],
    ['a tag', `newTag: v1 ${marked('game:tag')}`, 'newTag: v2'],
    [
      'a digest',
      `digest: sha256:00 ${marked('pinned:digest')}`,
      `digest: sha256:${'ab'.repeat(32)}`,
    ],
    [
      'an image with its digest',
      `image: game ${marked('pinned')}`,
      `image: game:v2@sha256:${'ab'.repeat(32)}`,
    ],
    ['in single quotes', `a: 'x' ${marked('game:tag')}`, "a: 'v2'"],
    ['in double quotes', `a: "x" ${marked('game:tag')}`, 'a: "v2"'],
    [
      'a tag that reads as a number',
      `a: v1 ${marked('octal:tag')}`,
      'a: "012"',
    ],
    ['a number before', `a: 1.20 ${marked('game:tag')}`, 'a: v2'],
    [
      'within brackets',
      `a: {b: x, ${marked('game')}\n  c: d}`,
      "a: {b: 'registry.example/game:v2',",
    ],
    ['an anchor', `a: &image x ${marked('game:tag')}`, 'a: &image v2'],
    ['several lines', `a: x\n  y ${marked('game:tag')}`, 'a: v2'],
    [
      'a block',
      `a: | ${marked('game:tag')}\n  x\n`,
      `a: |- ${marked('game:tag')}\n  v2\n`,
    ],
    ['an item', `- x ${marked('game:tag')}`, '- v2'],
    [
      'below its marker',
      `a:\n  ${marked('game:tag')}\n  - x`,
      `a:\n  ${marked('game:tag')}\n  - v2`,
    ],
    [
      'after a tab',
      `a: x\t${marked('game:tag')}`,
      `a: v2\t${marked('game:tag')}`,
    ],
    ['of no space', `a: x #${marked('game:tag').slice(2)}`, 'a: v2 #'],
    ['the value of a key', `? a\n: x ${marked('game:tag')}`, '? a\n: v2'],
  ])('are set: %s', (_, before, after) => {
    const text = edited(`${before}\n`);
    expect(text.slice(0, after.length)).toBe(after);
    // And all else stays, above all the marker.
    expect(text).toContain('{"$imagepolicy": "apps:');
    expect(edited(text)).toBe('unchanged');
  });

  it.each([
    ['of another policy', `a: x ${marked('other')}`],
    ['of a policy without an image', `a: x ${marked('unscanned')}`],
    ['of another namespace', 'a: x # {"$imagepolicy": "other:game"}'],
    ['with another suffix', `a: x ${marked('game:sha')}`],
    ['set already', `a: v2 ${marked('game:tag')}`],
    ['with a remark', `a: x ${marked('game:tag')} (see wiki)`],
    ['with a remark before', `a: x # image ${marked('game:tag').slice(2)}`],
    ['of a key', `x: ${marked('game:tag')}\n  a: b`],
    ['above a key', `${marked('game:tag')}\na: x`],
    ['within a text', `a: |\n  b: x ${marked('game:tag')}\n`],
    ['within quotes', `a: 'x ${marked('game:tag')}'`],
    ['of an alias', `a: &a x\nb: *a ${marked('game:tag')}`],
    ['of nothing', `a: ${marked('game:tag')}\nb: c`],
    ['that is no JSON', 'a: x # {"$imagepolicy": apps:game}'],
    ['that is a list', 'a: x # ["$imagepolicy", "apps:game"]'],
    ['of a foreign prototype', 'a: x # {"$imagepolicy": "__proto__"}'],
  ])('are left alone: %s', (_, text) => {
    expect(edited(`${text}\n`)).toBe('unchanged');
  });

  it('are all that changes: comments, spaces, line ends and order stay', () => {
    const before = `\ufeff# top\r
%YAML 1.1\r
---\r
kind:   Deployment    # odd\r
spec:\r
    list:\r
    -   name:  'c'\r
        image:   game:v1     ${marked('game')}\r
    merge: {<<: *x, yes: no, "a" : ~}\r
\r
...\r
# between\r
---\r
last: v1 ${marked('game:tag')}`
      .replace('*x', '{}')
      .replace('# top\r\n%YAML 1.1', '%YAML 1.1');
    expect(edited(before)).toBe(
      before
        .replace('game:v1 ', 'registry.example/game:v2 ')
        .replace('last: v1', 'last: v2'),
    );
  });

  it('are told with their object and their line', () => {
    const result = edit(`apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: game, namespace: games}
    spec: {image: x} # none
  - kind: CronJob
    metadata:
      name: sweep
    spec:
      image: game:v1 ${marked('game')}
---
images:
  - newTag: v1 ${marked('game:tag')}
`);
    expect(result.type === 'edited' && result.edits).toEqual([
      {
        object: {
          apiVersion: '',
          kind: 'CronJob',
          namespace: '',
          name: 'sweep',
        },
        line: 12,
        setter: 'apps:game',
        oldValue: 'game:v1',
        newValue: 'registry.example/game:v2',
      },
      {
        object: { apiVersion: '', kind: '', namespace: '', name: '' },
        line: 15,
        setter: 'apps:game:tag',
        oldValue: 'v1',
        newValue: 'v2',
      },
    ]);
  });

  it.each([
    ['a template', `{{ if .x }}\na: x ${marked('game:tag')}\n{{ end }}`, /./],
    [
      'one bad document among good ones',
      `a: x ${marked('game:tag')}\n---\nb: [`,
      /flow/i,
    ],
    ['too much depth', `a: ${'['.repeat(50_000)} ${marked('game:tag')}`, /./],
  ])('are not looked for in what is no YAML: %s', (_, text, reason) => {
    const result = edit(text);
    expect(result).toEqual({
      type: 'unreadable',
      reason: expect.stringMatching(reason),
    });
  });

  it('are not looked for in bytes that are no text, or too many', () => {
    const text = Buffer.from(`a: x ${marked('game:tag')}\n`);
    const bytes = Buffer.concat([text, Buffer.from([0xff, 0xfe])]);
    expect(editFile(bytes, SETTERS).type).toBe('unreadable');
    const large = Buffer.concat([text, Buffer.alloc(MAX_FILE_BYTES, '#')]);
    expect(editFile(large, SETTERS)).toMatchObject({
      reason: expect.stringContaining('split it'),
    });
    expect(editFile(Buffer.alloc(MAX_FILE_BYTES * 2), SETTERS).type).toBe(
      'unchanged',
    );
  });
});
