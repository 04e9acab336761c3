import type { JsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { Chart } from '../charts';
import { EMPTY_METADATA } from '../charts/ChartMetadata';
import { chartOf } from '../testing/chartOf';
import type { Release, ReleaseInfo } from './Release';
import { writeReleaseJson } from './writeReleaseJson';

const MINIMAL: Release = {
  name: 'web',
  namespace: '',
  version: 1,
  manifest: '',
  hooks: [],
  labels: { team: 'not in the record' },
};
const INFO: ReleaseInfo = { description: '', rollbackRevision: 0, notes: '' };

function write(release: Partial<Release>): string {
  return writeReleaseJson({ ...MINIMAL, ...release });
}

describe('writeReleaseJson', () => {
  it('leaves out what is empty, and labels', () => {
    expect(writeReleaseJson(MINIMAL)).toBe('{"name":"web","version":1}');
    expect(write({ config: {}, name: '', version: 0 })).toBe('{}');
  });

  it('keeps an info that is empty apart from none', () => {
    expect(write({ info: INFO })).toBe('{"name":"web","info":{},"version":1}');
  });

  it('writes the fields in the order of Helm', () => {
    const release: Release = {
      applyMethod: 'ssa',
      labels: {},
      namespace: 'shop',
      version: 2,
      hooks: [
        {
          outputLogPolicies: ['hook-failed'],
          deletePolicies: ['hook-succeeded'],
          weight: -5,
          lastRun: {
            phase: 'Succeeded',
            completedAt: '2024-01-02T03:04:06.100Z',
            startedAt: '2024-01-02T03:04:05Z',
          },
          events: ['pre-install', 'test'],
          manifest: 'm',
          path: 'web/templates/h.yaml',
          kind: 'Job',
          name: 'h',
        },
      ],
      manifest: '---\n',
      config: { b: 1, a: '<&>' },
      info: {
        notes: 'n',
        rollbackRevision: 1,
        status: 'deployed',
        description: 'Rollback to 1',
        deleted: '0001-01-01T00:00:00Z',
        lastDeployed: '2024-01-02T03:04:05.000000001+02:00',
        firstDeployed: '2024-01-01T00:00:00Z',
      },
      name: 'web',
    };
    expect(writeReleaseJson(release)).toBe(
      '{"name":"web","info":{"first_deployed":"2024-01-01T00:00:00Z",' +
        '"last_deployed":"2024-01-02T03:04:05.000000001+02:00",' +
        '"description":"Rollback to 1","status":"deployed",' +
        '"rollback_revision":1,"notes":"n"},' +
        '"config":{"a":"\\u003c\\u0026\\u003e","b":1},"manifest":"---\\n",' +
        '"hooks":[{"name":"h","kind":"Job","path":"web/templates/h.yaml",' +
        '"manifest":"m","events":["pre-install","test"],' +
        '"last_run":{"started_at":"2024-01-02T03:04:05Z",' +
        '"completed_at":"2024-01-02T03:04:06.1Z","phase":"Succeeded"},' +
        '"weight":-5,"delete_policies":["hook-succeeded"],' +
        '"output_log_policies":["hook-failed"]}],' +
        '"version":2,"namespace":"shop","apply_method":"ssa"}',
    );
  });

  it('writes a loaded chart, whose empty lists are null in Go', async () => {
    const chart = await chartOf({ 'values.yaml': 'x: 1' });
    expect(write({ chart })).toBe(
      '{"name":"web","chart":{"metadata":{"name":"web","version":"1.2.3",' +
        '"apiVersion":"v2","appVersion":"9"},"lock":null,"templates":null,' +
        '"values":{"x":1},"schema":null,' +
        '"schemamodtime":"0001-01-01T00:00:00Z","files":null},"version":1}',
    );
  });

  it('writes all of a chart but the charts in it', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const dependency = {
      name: 'db',
      version: '1',
      repository: '',
      condition: '',
      tags: ['t'],
      enabled: true,
      importValues: ['x', { parent: 'p', child: 'c' }],
      alias: '',
    };
    const chart = new Chart({
      metadata: { ...EMPTY_METADATA, name: 'c', dependencies: [dependency] },
      lock: {
        generated: '2024-01-02T03:04:05.10Z',
        digest: '',
        dependencies: [],
      },
      schema: bytes(''),
      templates: [{ name: 'templates/a.yaml', data: bytes('a') }],
      files: [{ name: 'README.md', data: bytes('') }],
      raw: [{ name: 'raw', data: bytes('raw') }],
      dependencies: [new Chart({ metadata: EMPTY_METADATA })],
    });
    expect(write({ chart })).toBe(
      '{"name":"web","chart":{"metadata":{"name":"c","dependencies":' +
        '[{"name":"db","version":"1","repository":"","tags":["t"],' +
        '"enabled":true,"import-values":["x",{"child":"c","parent":"p"}]}]},' +
        '"lock":{"generated":"2024-01-02T03:04:05.1Z","digest":"",' +
        '"dependencies":[]},' +
        '"templates":[{"name":"templates/a.yaml","data":"YQ=="}],' +
        '"values":null,"schema":"",' +
        '"schemamodtime":"0001-01-01T00:00:00Z",' +
        '"files":[{"name":"README.md","data":""}]},"version":1}',
    );
  });

  it.each<[string, JsonValue, string]>([
    ['integers of any size', 2n ** 63n + 1n, '9223372036854775809'],
    ['large floats', 1e21, '1e+21'],
    ['floats below them', 1e20, '100000000000000000000'],
    ['small floats', 1e-7, '1e-7'],
    ['a zero below zero', -0, '-0'],
    ['ends of lines of JavaScript', '\u2028', '"\\u2028"'],
    ['lone surrogates', '\ud800', '"\\ufffd"'],
    ['null', null, 'null'],
  ])('writes %s as Go does', (_, value, expected) => {
    expect(write({ config: { value } })).toBe(
      `{"name":"web","config":{"value":${expected}},"version":1}`,
    );
  });

  it('sorts keys by their bytes', () => {
    const config: JsonObject = { '\u{1F600}': 1, '\uffff': 2, 10: 3, 9: 4 };
    Object.defineProperty(config, '__proto__', { value: 5, enumerable: true });
    expect(write({ config })).toContain(
      '{"10":3,"9":4,"__proto__":5,"\uffff":2,"\u{1F600}":1}',
    );
  });

  it.each<[string, Partial<Release>]>([
    ['version', { version: 1.5 }],
    ['version', { version: 2 ** 53 }],
    ['info.rollbackRevision', { info: { ...INFO, rollbackRevision: NaN } }],
    ['info.deleted', { info: { ...INFO, deleted: 'hunter2' } }],
  ])('refuses %s that Go has no form for', (field, release) => {
    expect(() => write(release)).toThrow(
      expect.objectContaining({
        code: 'not-representable',
        message: expect.stringMatching(
          new RegExp(`^(?!.*hunter2).* ${field} must be `),
        ),
      }),
    );
  });

  it('refuses numbers that JSON has no form for', () => {
    expect(() => write({ config: { a: Infinity } })).toThrow(
      expect.objectContaining({ code: 'not-representable' }),
    );
  });

  it('refuses values that hold themselves', () => {
    const config: JsonObject = {};
    config.self = config;
    expect(() => write({ config })).toThrow(
      expect.objectContaining({ code: 'not-representable' }),
    );
  });

  it('refuses more than a record could ever hold', () => {
    const text = 'x'.repeat(17 * 1024 * 1024);
    expect(() => write({ config: { a: text, b: text, c: 1 } })).toThrow(
      expect.objectContaining({ code: 'limit' }),
    );
  });
});
