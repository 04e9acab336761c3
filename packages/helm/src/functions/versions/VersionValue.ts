import { GoError, GoPointer, GoStruct } from '@backstage-gitops/go-template';
import { formatVersion, Version } from '../../semver';
import { VERSION, VERSION_POINTER } from './versionType';

const MOST = 2n ** 64n - 1n;
const DIGITS = /^[0-9]+$/;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;

/** A `semver.Version` of templates. */
export class VersionValue extends GoStruct {
  constructor(readonly version: Version) {
    super(VERSION);
  }

  /** `*semver.Version`, which `semver` returns. */
  get pointer(): GoPointer {
    return new GoPointer(VERSION_POINTER, this);
  }

  toString(): string {
    return formatVersion(this.version);
  }

  /** As JSON has it. */
  marshalJson(): string {
    return this.toString();
  }

  /** As YAML and TOML have it. */
  marshalText(): string {
    return this.toString();
  }

  /** The next version; a pre-release precedes its own patch. */
  increment(part: 'major' | 'minor' | 'patch'): VersionValue {
    const { version } = this;
    if (part === 'patch' && version.prerelease !== '') {
      return this.with({ prerelease: '', metadata: '' });
    }
    if (version[part] === MOST) {
      throw new GoError(`${part} version increment would overflow uint64`);
    }
    return this.with({
      major: version.major,
      minor: part === 'major' ? 0n : version.minor,
      patch: 0n,
      [part]: version[part] + 1n,
      prerelease: '',
      metadata: '',
    });
  }

  withPrerelease(prerelease: string): VersionValue {
    for (const part of prerelease === '' ? [] : prerelease.split('.')) {
      if (!IDENTIFIER.test(part)) {
        throw new GoError('invalid prerelease string');
      }
      if (part.length > 1 && part[0] === '0' && DIGITS.test(part)) {
        throw new GoError('version segment starts with 0');
      }
    }
    return this.with({ prerelease });
  }

  withMetadata(metadata: string): VersionValue {
    const parts = metadata === '' ? [] : metadata.split('.');
    if (!parts.every(part => IDENTIFIER.test(part))) {
      throw new GoError('invalid metadata string');
    }
    return this.with({ metadata });
  }

  private with(changes: Partial<Version>): VersionValue {
    const version = { ...this.version, ...changes };
    const prefix = this.version.original.startsWith('v') ? 'v' : '';
    return new VersionValue({
      ...version,
      original: prefix + formatVersion(version),
    });
  }
}
