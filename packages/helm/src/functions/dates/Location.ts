import {
  goFunction,
  GoStruct,
  GoType,
  pointerType,
} from '@backstage-gitops/go-template';

/** What clocks of a place show. Times are seconds since 1970. */
export interface ZoneRules {
  /** Seconds east of UTC. */
  offsetAt(seconds: bigint): number;
  /** What the offset is called; empty if it has no name. */
  nameAt(seconds: bigint): string;
  /** The offset of this name, at about this time of the place's clock. */
  offsetOf(name: string, seconds: bigint): number | undefined;
}

const LOCATION_TYPE: GoType = {
  name: 'time.Location',
  kind: 'struct',
  fields: [],
};

/** `*time.Location`. */
export const LOCATION: GoType = {
  ...pointerType(LOCATION_TYPE),
  methods: new Map([
    [
      'String',
      goFunction([LOCATION_TYPE], (location: Location) => location.name),
    ],
  ]),
  text: location => (location as Location).name,
};

/** A `time.Location`: a name and the rules of its clocks. */
export class Location extends GoStruct {
  constructor(
    readonly name: string,
    readonly rules: ZoneRules,
  ) {
    super(LOCATION_TYPE);
  }

  /** A place whose clocks are always so many seconds ahead of UTC. */
  static fixed(name: string, offset: number): Location {
    return new Location(name, {
      offsetAt: () => offset,
      nameAt: () => name,
      offsetOf: wanted => (wanted === name ? offset : undefined),
    });
  }
}

/** Coordinated universal time. */
export const UTC: Location = Location.fixed('UTC', 0);
