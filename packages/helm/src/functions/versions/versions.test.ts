import {
  executeTemplate,
  sprintf,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { createVersionFunctions } from './index';

const parser = new TemplateParser({ functions: createVersionFunctions() });

function render(template: string): string {
  const set = new TemplateSet();
  set.add(parser.parse('t', template));
  return executeTemplate(set, 't', {});
}

// What is expected here is what Go 1.26 with Masterminds semver 3.5 returns.
describe('versions', () => {
  it.each([
    ['{{ semver "v1.2" }} {{ (semver "v1.2").Original }}', '1.2.0 v1.2'],
    [
      '{{ with semver "1.2.3-a.1+b" }}{{ .Major }}.{{ .Minor }}.{{ .Patch }} {{ .Prerelease }} {{ .Metadata }}{{ end }}',
      '1.2.3 a.1 b',
    ],
    ['{{ (semver "18446744073709551615").Major }}', '18446744073709551615'],
    ['{{ (semver "1.2.3").IncMajor.IncMinor.IncPatch }}', '2.1.1'],
    ['{{ (semver "1.2.3-rc.1+x").IncPatch }}', '1.2.3'],
    ['{{ (semver "1.2.3").SetPrerelease "beta.1" }}', '1.2.3-beta.1'],
    ['{{ (semver "1.2.3-a").SetMetadata "x.01" }}', '1.2.3-a+x.01'],
    ['{{ (semver "1.2.3").Compare (semver "1.2.3-a") }}', '1'],
    ['{{ (semver "1.2.3").LessThanEqual (semver "1.2.3+a") }}', 'true'],
    ['{{ (semver "1.2.3").Equal nil }}', 'false'],
    ['{{ printf "%s" (semver "1.2").MarshalJSON }}', '"1.2.0"'],
    ['{{ semverCompare ">=1.2 <2 || 3.x" "v3.7" }}', 'true'],
    ['{{ semverCompare "^1.2.0" "1.3.0-rc.1" }}', 'false'],
  ])('%s', (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  it.each([
    ['{{ semver "a" }}', 'error calling semver: invalid semantic version'],
    ['{{ semver "1.2.3-01" }}', 'version segment starts with 0'],
    [
      '{{ semver "1.18446744073709551616" }}',
      'error parsing version segment: strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
    ['{{ (semver "1").SetPrerelease "a..b" }}', 'invalid prerelease string'],
    ['{{ (semver "1").SetPrerelease "01" }}', 'version segment starts with 0'],
    ['{{ (semver "1").SetMetadata "a_b" }}', 'invalid metadata string'],
    [
      '{{ (semver "1").Compare nil }}',
      'error calling Compare: runtime error: invalid memory address or nil pointer dereference',
    ],
    [
      '{{ (semver "1").IncMajor.Compare (semver "1") }}',
      "can't evaluate field Compare in type semver.Version",
    ],
    [
      '{{ (semver "1.2.18446744073709551615").IncPatch }}',
      'patch version increment would overflow uint64',
    ],
    ['{{ semverCompare "1.2.3-01" "1" }}', 'constraint parser error'],
    ['{{ semverCompare "bad" "bad" }}', 'improper constraint: bad'],
    ['{{ semverCompare "1" "bad" }}', 'invalid semantic version'],
  ])('%s fails', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });

  it('refuses what is too long', () => {
    const functions = createVersionFunctions();
    expect(() => functions.get('semver')!.call('1'.repeat(257))).toThrow(
      'version string is too long (max 256 bytes)',
    );
    expect(() =>
      functions.get('semverCompare')!.call('1 '.repeat(257), '1'),
    ).toThrow('constraint string is too long (max 512 bytes)');
  });

  it('are pointers to a struct', () => {
    const version = createVersionFunctions().get('semver')!.call('1.2');
    expect(sprintf('%v %s %q %T', Array(4).fill(version))).toBe(
      '1.2.0 1.2.0 "1.2.0" *semver.Version',
    );
  });
});
