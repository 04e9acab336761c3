import { TransformerConfig, defaultTransformerConfig } from './defaults';
import { emptyTransformerConfig, mergeConfig } from './mergeConfig';

/**
 * The configurations of a build. Most directories have none of their own, so
 * that the same ones are merged again and again: each pair is merged once.
 */
export class TransformerConfigs {
  readonly empty = emptyTransformerConfig();
  readonly defaults = defaultTransformerConfig();
  private readonly merged = new Map<
    TransformerConfig,
    Map<TransformerConfig, TransformerConfig>
  >();

  /** As `mergeConfig`; what adds nothing gives the first one itself. */
  merge(a: TransformerConfig, b: TransformerConfig): TransformerConfig {
    let withA = this.merged.get(a);
    if (!withA) {
      withA = new Map();
      this.merged.set(a, withA);
    }
    let result = withA.get(b);
    if (!result) {
      const merged = mergeConfig(a, b);
      result = hasSameFields(a, merged) ? a : merged;
      withA.set(b, result);
    }
    return result;
  }
}

function hasSameFields(a: TransformerConfig, b: TransformerConfig): boolean {
  return (Object.keys(a) as (keyof TransformerConfig)[]).every(
    key =>
      a[key].length === b[key].length &&
      a[key].every((item, i) => item === b[key][i]),
  );
}
