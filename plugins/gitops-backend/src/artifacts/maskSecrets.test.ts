import { maskSecrets } from './maskSecrets';

describe('masking Secrets in manifests', () => {
  it('takes the values out and leaves all else as it was written', () => {
    expect(
      maskSecrets(`# the database
apiVersion: v1
kind: Secret
metadata: { name: db }   # a name
stringData:
  user: admin
  password: "hunter2"
  certificate: |
    first line
    second line
  empty:
data: { token: aHVudGVyMg== }
type: Opaque
---
kind: ConfigMap
data:
  mode: Secret
`),
    ).toEqual({
      masked: true,
      text: `# the database
apiVersion: v1
kind: Secret
metadata: { name: db }   # a name
stringData:
  user: '***'
  password: '***'
  certificate: '***'
  empty:
data: { token: '***' }
type: Opaque
---
kind: ConfigMap
data:
  mode: Secret
`,
    });
  });

  it.each([
    [
      'in a list',
      '{"kind":"List","items":[{"kind":"Secret","data":{"a":"hunter2"}}]}',
    ],
    [
      'behind an anchor',
      'kind: Secret\ndata: &d { a: hunter2 }\nstringData: *d\n',
    ],
    ['in data that is no map', 'kind: Secret\ndata: hunter2\n'],
    ['in a list of values', 'kind: Secret\ndata: { a: [hunter2] }\n'],
    [
      'at the end of the file',
      'kind: Secret\nstringData:\n  a: |\n    hunter2',
    ],
  ])('finds those %s', (_, text) => {
    const shown = maskSecrets(text);
    expect(shown.masked).toBe(true);
    expect(shown.text).not.toContain('hunter');
    expect(shown.text).toContain('***');
  });

  it('shows nothing of a Secret that it cannot read', () => {
    expect(maskSecrets('kind: Secret\ndata: { a: hunter2\n')).toEqual({
      text: undefined,
      masked: true,
    });
  });

  it('shows templates, whose values are elsewhere', () => {
    const text = 'kind: Secret\ndata:\n  a: {{ .Values.a | b64enc }}\n';
    expect(maskSecrets(text)).toEqual({ text, masked: false });
  });

  it('leaves text that has no Secret', () => {
    const text = 'kind: ConfigMap\ndata: {';
    expect(maskSecrets(text)).toEqual({ text, masked: false });
  });
});
