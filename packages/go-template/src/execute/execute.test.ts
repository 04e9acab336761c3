import { executeTemplate } from '../executeTemplate';
import { GoError, goFunction } from '../functions/goFunction';
import { TemplateError } from '../TemplateError';
import { TemplateParser } from '../TemplateParser';
import { failure, render } from '../testing/render';
import { ANY, STRING } from '../values/GoType';
import { Run } from './Run';
import { TemplateSet } from './TemplateSet';

jest.setTimeout(60_000);

/** `include` and `tpl` as an engine such as Helm's has them. */
function engine() {
  const environment: { tplTexts: number; parser?: TemplateParser } = {
    tplTexts: 0,
  };
  const functions = new Map([
    [
      'include',
      goFunction(
        [STRING, ANY],
        (run: Run, name: string, dot: unknown) => run.execute(name, dot),
        { needsRun: true },
      ),
    ],
    [
      'tpl',
      goFunction(
        [STRING, ANY],
        (run: Run, text: string, dot: unknown) => {
          const host = run.environment as typeof environment;
          host.tplTexts++;
          const set = new TemplateSet({ parent: run.set });
          set.add(host.parser!.parse('inline', text));
          return run.execute('inline', dot, set);
        },
        { needsRun: true },
      ),
    ],
  ]);
  const parser = new TemplateParser({ functions });
  environment.parser = parser;
  const run = (text: string, data: unknown, limits = {}) => {
    const set = new TemplateSet({ name: 'root' });
    set.add(parser.parse('main', text));
    return executeTemplate(set, 'main', data, { environment, limits });
  };
  return { run, environment };
}

function errorOf(action: () => unknown): TemplateError {
  try {
    action();
  } catch (error) {
    return error as TemplateError;
  }
  throw new Error('an error was expected');
}

describe('executions within an execution', () => {
  it('give their output back, and leave that around them alone', () => {
    const { run } = engine();
    expect(
      run(
        '{{define "a"}}[{{.}}]{{end}}<{{include "a" 1 | printf "%s%s" (include "a" 2)}}>',
        {},
      ),
    ).toBe('<[2][1]>');
  });

  it('see and define templates, which end with them', () => {
    const { run, environment } = engine();
    const text =
      '{{define "a"}}A{{end}}{{tpl "{{define `b`}}B{{end}}{{include `a` .}}{{tpl `{{include \\"b\\" .}}` .}}" .}}';
    expect(run(text, {})).toBe('AB');
    expect(environment.tplTexts).toBe(2);
    expect(errorOf(() => run(`${text}{{template "b"}}`, {})).problem).toBe(
      'template "b" not defined',
    );
  });

  it('report where the outer and the inner template were', () => {
    const { run } = engine();
    const error = errorOf(() =>
      run('{{define "a"}}\n{{len 1}}{{end}}\n\n {{include "a" .}}', {}),
    );
    expect(error.message).toBe(
      'template: main:4:3: executing "main" at <include "a" .>: error calling include: ' +
        'template: main:2:2: executing "a" at <len 1>: error calling len: len of type int',
    );
    expect(error.cause).toMatchObject({ line: 2, template: 'a' });
  });

  it('name a template that is not there', () => {
    const { run } = engine();
    expect(errorOf(() => run('{{include "x" .}}', {})).message).toBe(
      'template: main:1:2: executing "main" at <include "x" .>: error calling include: ' +
        'template: no template "x" associated with template "root"',
    );
  });
});

describe('limits', () => {
  const endless = [
    '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
    '{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}',
    '{{define "a"}}x{{tpl "{{include `a` .}}" .}}{{end}}{{include "a" .}}',
  ];

  it.each(endless)('stop a recursion without end: %s', text => {
    const { run } = engine();
    expect(errorOf(() => run(text, {})).code).toBe('limit');
    expect(errorOf(() => run(text, {}, { depth: 20 })).code).toBe('limit');
    const { code, message } = errorOf(() => run(text, {}, { depth: 1e9 }));
    expect(code).toBe('limit');
    expect(message.length).toBeLessThan(200);
  });

  it('stop a range over a huge number', () => {
    const text = '{{range 9223372036854775807}}{{end}}';
    expect(failure(text, { limits: { steps: 10_000 } })).toMatchObject({
      code: 'limit',
      problem: 'the template takes too many steps',
    });
    let time = 0;
    const limits = { deadline: 100, now: () => time++ };
    expect(failure(text, { limits }).problem).toBe(
      'the template takes too long',
    );
  });

  it('stop an output without end', () => {
    const text = '{{range 9223372036854775807}}0123456789{{end}}';
    const error = failure(text, { limits: { output: 1_000_000 } });
    expect(error).toMatchObject({
      code: 'limit',
      problem: 'the output is too large',
    });
    expect(
      failure('{{printf "%1000000d" 1}}', { limits: { output: 1000 } }).code,
    ).toBe('limit');
  });

  it('stop where the execution was aborted', () => {
    const parser = new TemplateParser();
    const set = new TemplateSet().add(
      parser.parse('t', '{{range 1000000}}{{end}}'),
    );
    expect(
      errorOf(() =>
        executeTemplate(set, 't', {}, { signal: AbortSignal.abort() }),
      ),
    ).toMatchObject({ code: 'limit' });
  });

  it('stop data that contains itself', () => {
    const data: Record<string, unknown> = {};
    data.self = data;
    expect(failure('{{.}}', { data }).code).toBe('limit');
  });

  it.each([
    ['parentheses', `{{${'('.repeat(100_000)}1${')'.repeat(100_000)}}}`],
    ['blocks', `${'{{if 1}}'.repeat(100_000)}${'{{end}}'.repeat(100_000)}`],
    ['else-ifs', `{{if 0}}${'{{else if 0}}'.repeat(100_000)}{{end}}`],
  ])('stop %s within each other', (_, text) => {
    expect(failure(text)).toMatchObject({ code: 'limit', file: 't' });
  });

  it('allow what people write', () => {
    const depth = 400;
    expect(render(`{{${'('.repeat(depth)}1${')'.repeat(depth)}}}`)).toBe('1');
    expect(render('{{1}}-'.repeat(50_000)).length).toBe(100_000);
    expect(render(`{{print${' 1'.repeat(10_000)}}}`).length).toBe(19_999);
    expect(render(`{{.${'a.'.repeat(10_000)}a}}`)).toBe('<no value>');
    expect(render(`{{1${' | print'.repeat(300)}}}`)).toBe('1');
  });

  it('refuse texts that are too long', () => {
    const parser = new TemplateParser({ limits: { length: 10 } });
    expect(errorOf(() => parser.parse('t', 'x'.repeat(11)))).toMatchObject({
      code: 'limit',
    });
  });
});

describe('the parser', () => {
  it('refuses names that no template could write', () => {
    const functions = new Map([
      [
        'a-b',
        goFunction([], () => {
          throw new GoError('never called');
        }),
      ],
    ]);
    expect(errorOf(() => new TemplateParser({ functions }))).toMatchObject({
      code: 'parse',
      problem: 'function name "a-b" is not a valid identifier',
    });
  });
});

describe('sets', () => {
  it('share what was parsed, and hide that of their parents', () => {
    const parser = new TemplateParser();
    const shared = parser.parse('shared', '{{define "x"}}1{{end}}');
    const parent = new TemplateSet().add(shared);
    const child = new TemplateSet({ parent }).add(
      parser.parse('own', '{{define "x"}}2{{end}}{{template "x"}}'),
    );
    expect(executeTemplate(child, 'own', null)).toBe('2');
    expect(executeTemplate(parent, 'x', null)).toBe('1');
    expect(child.names()).toEqual(['own', 'shared', 'x']);
  });
});
