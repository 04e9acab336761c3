import { canonicalQuantity } from './quantity';

describe('canonicalQuantity', () => {
  it.each([
    [1, '1'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['100m', '100m'],
    ['1.5Gi', '1536Mi'],
    ['2048Mi', '2Gi'],
    ['1024', '1024'],
    ['64Mi', '64Mi'],
    ['1000M', '1G'],
    ['1e3', '1e3'],
    ['1E', '1E'],
    ['-5', '-5'],
    ['0', '0'],
    ['much', 'much'],
  ])('%j is %s', (value, canonical) => {
    expect(canonicalQuantity(value)).toBe(canonical);
  });
});
