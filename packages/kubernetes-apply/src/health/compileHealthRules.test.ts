import { CelError } from '../cel/CelError';
import { CelExpressionCache } from '../cel/compileExpression';
import {
  compileHealthRules,
  HealthRuleError,
  type HealthCheckExpression,
} from './compileHealthRules';
import { healthOf } from './healthOf';

const WIDGETS: HealthCheckExpression = {
  apiVersion: 'x.io/v1',
  kind: 'Widget',
  current: "status.phase == 'Ready'",
  inProgress: 'has(status.busy) && status.busy',
  failed: "has(status.phase) && status.phase == 'Broken'",
};

const widget = (status?: object, metadata: object = {}) => ({
  apiVersion: 'x.io/v2',
  kind: 'Widget',
  metadata: { name: 'w', generation: 2, ...metadata },
  ...(status ? { status } : {}),
});

const healthBy = (
  check: HealthCheckExpression,
  object: ReturnType<typeof widget>,
) => healthOf(object, { rules: compileHealthRules([check]) });

// RFC 0009 of Flux, and fluxcd/pkg runtime/cel (Flux 2.9).
describe('compileHealthRules', () => {
  it.each([
    [{ phase: 'Ready' }, 'Current'],
    [{ phase: 'Other' }, 'InProgress'],
    [{ phase: 'Broken' }, 'Failed'],
    [{ phase: 'Broken', busy: true }, 'InProgress'],
    [{ phase: 'Ready', observedGeneration: 1 }, 'InProgress'],
    [{ phase: 'Ready', observedGeneration: 2 }, 'Current'],
    [{ phase: 'Ready', observedGeneration: 'one' }, 'Current'],
    [{}, 'Unknown'],
    [{ phase: 'Ready', busy: 'text' }, 'Unknown'],
    [undefined, 'Unknown'],
  ])('status %j: %s', (status, expected) => {
    expect(healthBy(WIDGETS, widget(status)).status).toBe(expected);
  });

  it('says why an object is unknown, and what it says of itself', () => {
    expect(
      healthBy(
        { ...WIDGETS, inProgress: undefined, failed: undefined },
        widget(),
      ).message,
    ).toBe(
      "failed to evaluate the CEL expression 'status.phase == 'Ready'' (1:1): no such attribute(s): status",
    );
    const conditions = [{ type: 'Ready', status: 'False', message: 'no disk' }];
    const broken = healthBy(WIDGETS, widget({ phase: 'Broken', conditions }));
    expect(broken).toEqual({ status: 'Failed', message: 'no disk' });
  });

  it('decides alone, even when the object is being deleted', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const leaving = widget({ phase: 'Ready' }, { deletionTimestamp });
    expect(healthBy(WIDGETS, leaving).status).toBe('Current');
  });

  it.each([
    [[{ ...WIDGETS, current: '' }], 0, 'expression Current not specified'],
    [
      [{ ...WIDGETS, current: '(' }],
      0,
      'failed to parse the expression Current',
    ],
    [[{ ...WIDGETS, failed: '(' }], 0, 'failed to parse the expression Failed'],
    [
      [{ ...WIDGETS, inProgress: '(' }],
      0,
      'failed to parse the expression InProgress',
    ],
    [
      [WIDGETS, { ...WIDGETS, apiVersion: 'x.io/v3' }],
      1,
      'duplicate custom health check for GroupKind Widget.x.io at healthchecks[1]',
    ],
  ])('refuses entry %#', (checks, index, text) => {
    let error: unknown;
    try {
      compileHealthRules(checks);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(HealthRuleError);
    expect(error).toMatchObject({ code: 'invalid-health-rule', index });
    expect(String(error)).toContain(text);
  });

  it('names the expression that cannot be read', () => {
    expect(() => compileHealthRules([{ ...WIDGETS, current: '1 +' }])).toThrow(
      expect.objectContaining({ cause: expect.any(CelError) }),
    );
  });

  it('shares what is compiled', () => {
    const cache = new CelExpressionCache();
    const compiled: string[] = [];
    const compile = (text: string) => {
      compiled.push(text);
      return cache.compile(text);
    };
    compileHealthRules([WIDGETS], { compile });
    expect(compiled).toEqual([
      WIDGETS.current,
      WIDGETS.failed,
      WIDGETS.inProgress,
    ]);
  });
});
