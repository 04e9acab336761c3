import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { HelmError } from '../HelmError';
import { ChartRenderer, renderChart } from '../render';
import { chartOf } from '../testing/chartOf';
import { createCapabilities } from '../values';
import { decodeRelease } from './decodeRelease';
import { encodeRelease } from './encodeRelease';
import type { Release } from './Release';
import { ReleaseErrorCode } from './ReleaseError';
import { writeReleaseJson } from './writeReleaseJson';

const SECRET = 'hunter2';

function base64(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64');
}

function read(json: unknown): Release {
  return decodeRelease(base64(JSON.stringify(json)));
}

/** What is written of what was read. */
function rewrite(json: unknown): unknown {
  return JSON.parse(writeReleaseJson(read(json)));
}

/** An error of ours that says this, and not the secret. */
function refusal(code: ReleaseErrorCode, text = ''): HelmError {
  const said = text.replace(/[[\].]/g, '\\$&');
  return expect.objectContaining({
    code,
    message: expect.stringMatching(
      new RegExp(`^(?!.*${SECRET}).*${said}`, 's'),
    ),
  });
}

describe('decodeRelease', () => {
  it('reads what encodeRelease writes', async () => {
    const release: Release = {
      name: 'web',
      namespace: 'shop',
      version: 7,
      info: {
        firstDeployed: '2024-01-01T00:00:00Z',
        lastDeployed: '2024-01-02T03:04:05.123456789Z',
        description: 'Upgrade complete',
        status: 'deployed',
        rollbackRevision: 0,
        notes: 'é <&>\n',
      },
      config: { a: [1, null, { b: 'x' }], '': true },
      manifest: '---\n# Source: web/templates/a.yaml\na: 1\n',
      hooks: [
        {
          name: 'h',
          kind: 'Job',
          path: 'web/templates/h.yaml',
          manifest: 'kind: Job',
          events: ['test'],
          lastRun: { startedAt: '2024-01-02T03:04:05Z', phase: 'Running' },
          weight: 0,
          deletePolicies: [],
          outputLogPolicies: ['hook-failed'],
        },
      ],
      labels: {},
      applyMethod: 'csa',
    };
    expect(decodeRelease(encodeRelease(release))).toEqual(release);
    const chart = await chartOf({ 'templates/a.yaml': 'a: 1' });
    const encoded = encodeRelease({ ...release, chart });
    expect(encodeRelease(decodeRelease(encoded))).toBe(encoded);
  });

  it('gives a chart back that renders the same', async () => {
    const chart = await chartOf({
      'values.yaml': 'replicas: 2\nname: web',
      'values.schema.json': '{"properties":{"replicas":{"type":"integer"}}}',
      'templates/_names.tpl': '{{ define "n" }}{{ .Values.name }}{{ end }}',
      'templates/a.yaml':
        'kind: A\nn: {{ include "n" . }}-{{ .Values.replicas }}\n' +
        'f: {{ .Files.Get "motd" }}\nv: {{ .Chart.AppVersion }}',
      'templates/NOTES.txt': 'revision {{ .Release.Revision }}',
      'crds/c.yaml': 'kind: CustomResourceDefinition',
      motd: 'hello',
      'Chart.lock': 'digest: d\ngenerated: "2024-01-02T03:04:05.5Z"',
    });
    const stored = read(
      JSON.parse(
        writeReleaseJson({
          ...{ name: 'web', namespace: 'shop', version: 1 },
          ...{ manifest: '', hooks: [], labels: {}, chart },
        }),
      ),
    ).chart!;
    expect(stored).toMatchObject({
      metadata: chart.metadata,
      values: chart.values,
      lock: { digest: 'd', generated: '2024-01-02T03:04:05.5Z' },
    });
    expect(stored.schema).toEqual(chart.schema);
    expect(stored.crds.map(({ path }) => path)).toEqual(['web/crds/c.yaml']);
    const [before, after] = [chart, stored].map(each =>
      renderChart({
        renderer: new ChartRenderer(),
        chart: each,
        values: { replicas: 3 },
        release: {
          name: 'web',
          namespace: 'shop',
          revision: 2,
          isUpgrade: true,
        },
        capabilities: createCapabilities(),
      }),
    );
    expect(after.manifests[0].content).toContain('n: web-3\nf: hello\nv: 9');
    expect(after.manifests).toEqual(before.manifests);
    expect(after.notes).toBe('revision 2');
  });

  it('keeps what Helm says of a chart beside its content', () => {
    const record = {
      chart: {
        metadata: { name: 'c', annotations: { a: '' } },
        lock: {
          generated: '0001-01-01T01:00:00+01:00',
          digest: '',
          dependencies: null,
        },
        templates: [
          { name: 't', data: null, modtime: '2024-01-02T03:04:05Z' },
          { name: 'u', data: '' },
        ],
        values: {},
        schema: '',
        schemamodtime: '2024-01-02T03:04:05.5Z',
        files: [],
        modtime: '2024-01-02T03:04:05+02:00',
      },
    };
    expect(rewrite(record)).toEqual(record);
    const empty = {
      chart: {
        ...record.chart,
        ...{ metadata: null, lock: null, templates: null, values: null },
        ...{ schema: null, files: null },
      },
    };
    expect(rewrite(empty)).toEqual(empty);
    expect(read({ chart: {} }).chart).toMatchObject({ name: '', files: [] });
  });

  it('takes empty times of releases and hooks for none', () => {
    const times = { first_deployed: '', last_deployed: null, deleted: '' };
    const run = { started_at: '', completed_at: '', phase: '' };
    expect(rewrite({ info: times, hooks: [{ last_run: run }, {}] })).toEqual({
      info: {},
      hooks: [{ last_run: { phase: '' } }, { last_run: { phase: '' } }],
    });
    expect(read({ hooks: [{ last_run: run }] }).hooks[0].lastRun).toBe(
      undefined,
    );
  });

  it('passes over unknown fields, and takes names in any case', () => {
    const record = {
      NAME: 'web',
      later: [{}],
      info: { resources: { a: [{}] } },
    };
    expect(rewrite(record)).toEqual({ name: 'web', info: {} });
    expect(read({ Name: 'no', name: 'web' }).name).toBe('web');
  });

  it('keeps names of a later Helm', () => {
    const record = {
      info: { status: 'paused' },
      hooks: [{ events: ['pre-lunch'], last_run: { phase: 'Resting' } }],
      apply_method: 'psa',
    };
    expect(rewrite(record)).toEqual(record);
  });

  it('reads numbers of values as float64, as Helm does', () => {
    const json = '{"config":{"a":9007199254740993,"b":-0,"c":1e21}}';
    expect(decodeRelease(base64(json)).config).toEqual({
      a: 9007199254740992,
      b: -0,
      c: 1e21,
    });
  });

  it('takes any key of values and annotations', () => {
    const json =
      '{"chart":{"metadata":{"annotations":{"__proto__":"a"}}},' +
      '"config":{"__proto__":{"polluted":1},"constructor":2}}';
    const { chart, config } = decodeRelease(base64(json));
    expect(Object.keys(chart!.metadata.annotations)).toEqual(['__proto__']);
    expect(Object.keys(config!)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
    expect(read({ toString: 1, constructor: 'x' }).name).toBe('');
  });

  it('reads records that are not packed, and base64 with ends of lines', () => {
    const packed = base64(gzipSync('{"name":"web"}'));
    for (const text of [base64('{"name":"web"}'), packed]) {
      expect(decodeRelease(text).name).toBe('web');
      expect(decodeRelease(text.replace(/.{5}/g, '$&\r\n')).name).toBe('web');
    }
    expect(decodeRelease(base64('null')).version).toBe(0);
  });

  it.each([
    ...['%%%', 'e30', 'e30==', 'e3=0', '=', '====', 'e30=e30=', 'e30=\u00e9'],
    ...[' e30=', 'e_0=', '\u{1F600}'.repeat(4), `${SECRET}!`],
  ])('refuses %j, which is no base64', text => {
    expect(() => decodeRelease(text)).toThrow(refusal('invalid-base64'));
  });

  it('refuses damaged gzip', () => {
    const packed = gzipSync(`{"name":"${SECRET}"}`);
    const wrong = Buffer.from(packed);
    wrong[packed.length - 6]++;
    for (const bytes of [
      packed.subarray(0, -1),
      packed.subarray(0, 4),
      wrong,
      Buffer.concat([packed, Buffer.from(SECRET)]),
    ]) {
      expect(() => decodeRelease(base64(bytes))).toThrow(
        refusal('invalid-gzip'),
      );
    }
  });

  it('ends a bomb at the limit', () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(50_000);
    expect(() => decodeRelease(base64(bomb))).toThrow(
      refusal('limit', '33554432'),
    );
    const json = `{"name":"${SECRET}"}`;
    for (const content of [json, gzipSync(json)]) {
      const readWithin = (maxBytes: number) =>
        decodeRelease(base64(content), { maxBytes });
      expect(readWithin(json.length).name).toBe(SECRET);
      expect(() => readWithin(json.length - 1)).toThrow(refusal('limit'));
    }
  });

  it.each([
    ...['', SECRET, `{"name":"${SECRET}`, `{"name":"${SECRET}"}}`, '{"a":01}'],
    ...[`{"a":"\u0000${SECRET}"}`, `\ufeff{"a":"${SECRET}"}`, `{'a':1}`],
    '{"config":'.repeat(100_000),
    `{"config":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  ])('refuses what is no JSON (%#)', json => {
    expect(() => decodeRelease(base64(json))).toThrow(refusal('invalid-json'));
  });

  it.each<[field: string, record: unknown]>([
    ['its content', SECRET],
    ['its content', [SECRET]],
    ['name', { name: { [SECRET]: 1 } }],
    ['version', { version: SECRET }],
    ['version', { version: 1.5 }],
    ['version', { version: 2 ** 60 }],
    ['info', { info: [SECRET] }],
    ['info.notes', { info: { notes: [SECRET] } }],
    ['info.last_deployed', { info: { last_deployed: SECRET } }],
    ['config', { config: SECRET }],
    ['manifest', { manifest: 1 }],
    ['hooks', { hooks: { a: SECRET } }],
    ['hooks[1]', { hooks: [{}, null] }],
    ['hooks[0].events[1]', { hooks: [{ events: ['test', {}] }] }],
    ['hooks[0].last_run.phase', { hooks: [{ last_run: { phase: 1 } }] }],
    ['chart', { chart: SECRET }],
    [
      'chart.metadata.deprecated',
      { chart: { metadata: { deprecated: SECRET } } },
    ],
    [
      'chart.metadata.annotations.a',
      { chart: { metadata: { annotations: { a: [SECRET] } } } },
    ],
    [
      'chart.metadata.maintainers[0]',
      { chart: { metadata: { maintainers: [null] } } },
    ],
    ['chart.lock.generated', { chart: { lock: { generated: '' } } }],
    ['chart.templates[0].data', { chart: { templates: [{ data: SECRET }] } }],
    ['chart.schema', { chart: { schema: [1] } }],
    ['chart.values', { chart: { values: [SECRET] } }],
  ])('refuses %s of another type', (field, record) => {
    expect(() => read(record)).toThrow(
      refusal('invalid-field', `: ${field} must be `),
    );
  });

  it('refuses numbers that no float64 holds', () => {
    expect(() => decodeRelease(base64('{"config":{"a":1e999}}'))).toThrow(
      refusal('invalid-field'),
    );
  });

  it('gives an error of ours for whatever it is given', () => {
    const isOurs = (text: string) => {
      try {
        encodeRelease(decodeRelease(text, { maxBytes: 100_000 }));
        return true;
      } catch (error) {
        return error instanceof HelmError;
      }
    };
    const names = fc.constantFrom(
      ...['name', 'info', 'chart', 'config', 'hooks', 'version', 'metadata'],
      ...[
        'lock',
        'templates',
        'data',
        'files',
        'status',
        'last_run',
        'modtime',
      ],
    );
    const { record } = fc.letrec(tie => ({
      record: fc.dictionary(names, tie('value'), { maxKeys: 6 }),
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        tie('record'),
        fc.array(tie('record'), { maxLength: 3 }),
      ),
    }));
    const text = fc.oneof(
      record.map(json => base64(JSON.stringify(json))),
      record.map(json => base64(gzipSync(JSON.stringify(json)))),
      fc.uint8Array().map(base64),
      fc.string({ unit: 'binary' }),
    );
    const seen = fc.check(fc.property(text, isOurs), {
      seed: 20261122,
      numRuns: 500,
    });
    expect(seen).toMatchObject({ failed: false, counterexample: null });
  });
});
