import { docsSpecObjects, DOCS_SPEC } from '../testing/docsSpec';
import { describeWithShared } from '../testing/shared';
import { validate, withDefaults } from '../validation';
import { convert } from './convert';

describeWithShared(DOCS_SPEC, 'manifests of the documentation of Flux', () => {
  // Pages show excerpts, too: names in angle brackets, mandatory fields left out.
  const objects = () =>
    docsSpecObjects().filter(
      ({ object }) =>
        !object.metadata.name.startsWith('<') && object.spec !== '...',
    );

  it('convert and validate, and lack nothing but what a page left out', () => {
    let whole = 0;
    const faults = objects().flatMap(({ file, object }) => {
      const converted = convert(object).object;
      const { errors, warnings } = validate(converted);
      if (errors.length === 0) whole += 1;
      const surprises = warnings.filter(w => w.code !== 'deprecated');
      return [...errors.filter(e => e.code !== 'required'), ...surprises].map(
        fault => `${file}: ${fault.message}`,
      );
    });
    expect(faults).toEqual([]);
    expect(whole).toBeGreaterThan(150);
  });

  it('are as valid with their defaults as without', () => {
    for (const { object } of objects()) {
      const converted = convert(object).object;
      expect(validate(withDefaults(converted))).toEqual(validate(converted));
    }
  });
});
