import {
  encodeUtf8,
  GoError,
  GoFunction,
  goFunction,
  goInt,
  GoPointer,
  GoType,
  integer,
  pointerType,
  STRING,
  UINT64,
} from '@backstage-gitops/go-template';
import { compareVersions, Version } from '../../semver';
import type { VersionValue } from './VersionValue';

/** Only the name matters for the type of a parameter. */
const PARAMETER: GoType = { name: 'semver.Version', kind: 'struct' };
const POINTER_PARAMETER: GoType = { name: '*semver.Version', kind: 'ptr' };

function method(call: (value: VersionValue) => unknown): GoFunction {
  return goFunction([PARAMETER], call);
}

function number(part: 'major' | 'minor' | 'patch'): GoFunction {
  return method(({ version }) => integer(UINT64, version[part]));
}

function comparison(
  call: (order: number) => unknown,
  orNil?: unknown,
): GoFunction {
  return goFunction(
    [PARAMETER, POINTER_PARAMETER],
    ({ version }: VersionValue, other: GoPointer | null) => {
      if (other === null) {
        if (orNil !== undefined) {
          return orNil;
        }
        throw new GoError(
          'runtime error: invalid memory address or nil pointer dereference',
        );
      }
      return call(compareVersions(version, versionOf(other)));
    },
  );
}

function versionOf(pointer: GoPointer): Version {
  return (pointer.target as VersionValue).version;
}

const METHODS: ReadonlyMap<string, GoFunction> = new Map([
  ['Major', number('major')],
  ['Minor', number('minor')],
  ['Patch', number('patch')],
  ['Prerelease', method(({ version }) => version.prerelease)],
  ['Metadata', method(({ version }) => version.metadata)],
  ['String', method(value => value.toString())],
  ['Value', method(value => value.toString())],
  ['IncMajor', method(value => value.increment('major'))],
  ['IncMinor', method(value => value.increment('minor'))],
  ['IncPatch', method(value => value.increment('patch'))],
  [
    'SetPrerelease',
    goFunction([PARAMETER, STRING], (value: VersionValue, text: string) =>
      value.withPrerelease(text),
    ),
  ],
  [
    'SetMetadata',
    goFunction([PARAMETER, STRING], (value: VersionValue, text: string) =>
      value.withMetadata(text),
    ),
  ],
  ['MarshalJSON', method(value => encodeUtf8(`"${value}"`))],
  ['MarshalText', method(value => encodeUtf8(value.toString()))],
]);

/** `semver.Version`, of which some methods exist only behind a pointer. */
export const VERSION: GoType = {
  ...PARAMETER,
  fields: [],
  methods: METHODS,
  text: value => (value as VersionValue).toString(),
};

/** `*semver.Version`. */
export const VERSION_POINTER: GoType = {
  ...pointerType(VERSION),
  methods: new Map([
    ...METHODS,
    ['Original', method(({ version }) => version.original)],
    ['Compare', comparison(goInt)],
    ['Equal', comparison(order => order === 0, false)],
    ['LessThan', comparison(order => order < 0)],
    ['LessThanEqual', comparison(order => order <= 0)],
    ['GreaterThan', comparison(order => order > 0)],
    ['GreaterThanEqual', comparison(order => order >= 0)],
  ]),
};
