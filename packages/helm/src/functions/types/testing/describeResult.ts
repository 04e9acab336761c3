import {
  ANY_MAP,
  ANY_SLICE,
  executeTemplate,
  FLOAT32,
  GoFunction,
  goInt,
  GoNil,
  GoNumber,
  GoTyped,
  INT,
  INT64,
  integer,
  sliceType,
  STRING,
  STRING_MAP,
  STRING_SLICE,
  TemplateError,
  TemplateParser,
  TemplateSet,
  UINT64,
} from '@backstage-gitops/go-template';

/** Values of many types; a fresh copy for each test, since functions change them. */
export function typedData(): Record<string, unknown> {
  return {
    nan: NaN,
    max: goInt(2n ** 63n - 1n),
    min: goInt(-(2n ** 63n)),
    u64: integer(UINT64, 2n ** 64n - 1n),
    f32: new GoNumber(FLOAT32, Math.fround(0.1)),
    dur: new GoNumber({ ...INT64, name: 'time.Duration' }, 0),
    json: new GoTyped(
      { name: 'json.Number', kind: 'string', underlying: STRING },
      '15',
    ),
    strings: new GoTyped(STRING_SLICE, ['b', 'a']),
    ints: new GoTyped(sliceType(INT), [goInt(3), goInt(1)]),
    bytes: new TextEncoder().encode('hi'),
    null: new GoNil(ANY_SLICE),
    nilMap: new GoNil(ANY_MAP),
    map: { a: 1, nil: null },
    strmap: new GoTyped(STRING_MAP, { a: '1', b: '' }),
    named: new GoTyped(
      { ...ANY_MAP, name: 'common.Values', underlying: ANY_MAP },
      { a: 1 },
    ),
  };
}

/** Renders templates with these functions; throws what is no error of ours. */
export function renderer(functions: ReadonlyMap<string, GoFunction>) {
  const parser = new TemplateParser({ functions });
  return (template: string, data: unknown = typedData()): string => {
    const set = new TemplateSet({ missingKey: 'zero' });
    set.add(parser.parse('t', template));
    return executeTemplate(set, 't', data, {
      limits: { steps: 100_000, output: 4_000_000 },
    });
  };
}

/** Tells the type and text of an expression, or its error. */
export function describer(functions: ReadonlyMap<string, GoFunction>) {
  const render = renderer(functions);
  return (expression: string): string => {
    try {
      return render(`{{ $r := ${expression} }}{{ printf "%T %v" $r $r }}`);
    } catch (error) {
      if (error instanceof TemplateError) {
        return `error: ${error.problem}`;
      }
      throw error;
    }
  };
}
