import { LoadedReference } from '../values/composeValues';
import { SecretMask } from './SecretMask';

const secret = (
  text: string | undefined,
  more: Partial<LoadedReference['reference']> = {},
): LoadedReference => ({
  reference: { kind: 'Secret', name: 's', ...more },
  text,
});

describe('SecretMask', () => {
  it('hides values of Secrets, as they are, quoted and in base64', () => {
    const mask = SecretMask.of([
      secret(
        'db: {password: "can\\"ary", ports: [54321]}\nkey: |\n  line-one\n  line-two\n',
      ),
      secret('at-a-path', { targetPath: 'a.b' }),
      secret(undefined, { optional: true }),
    ]);
    const base64 = Buffer.from('can"ary').toString('base64');
    expect(
      mask.mask(
        `can"ary can\\"ary ${base64} 54321 line-two at-a-path db password`,
      ),
    ).toBe('*** *** *** *** *** *** db password');
  });

  it('leaves what is of nobody, and what is too short for a secret', () => {
    const mask = SecretMask.of([
      secret('a: 3\nb: true\nc: abc\n'),
      { reference: { kind: 'ConfigMap', name: 'c' }, text: 'open: visible' },
    ]);
    expect(mask.mask('3 true abc visible')).toBe('3 true abc visible');
  });

  it('keeps code and place of an error, and not what caused it', () => {
    const mask = SecretMask.of([secret('a: canary')]);
    const error = Object.assign(new Error('bad canary'), {
      ...{ code: 'template-failed', file: 'web/a.yaml', line: 3 },
      cause: new Error('canary'),
    });
    error.name = 'RenderError';
    const masked = mask.maskError(error) as Error;
    expect(masked).toMatchObject({
      ...{ name: 'RenderError', message: 'bad ***', code: 'template-failed' },
      ...{ file: 'web/a.yaml', line: 3 },
    });
    expect(`${masked.stack}${masked.cause}`).not.toContain('canary');
    const other = new Error('fine');
    expect(mask.maskError(other)).toBe(other);
  });

  it('takes what is no YAML as a whole', () => {
    expect(SecretMask.of([secret('a: [canary')]).mask('x a: [canary x')).toBe(
      'x *** x',
    );
  });
});
