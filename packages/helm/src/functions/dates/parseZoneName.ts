/** `+3`, `-04`: less than 24 hours. */
const SIGNED_HOURS = /^[+-]0*(?:[0-9]|1[0-9]|2[0-3])(?![0-9])/;

/**
 * The length of the name of a zone at the beginning of a text; 0 if there is
 * none. Three capitals, or four or five that end in T, are one.
 */
export function parseZoneName(text: string): number {
  if (text.length < 3) {
    return 0;
  }
  if (text.startsWith('ChST') || text.startsWith('MeST')) {
    return 4;
  }
  if (text.startsWith('GMT')) {
    return 3 + (SIGNED_HOURS.exec(text.slice(3))?.[0].length ?? 0);
  }
  if (text[0] === '+' || text[0] === '-') {
    return SIGNED_HOURS.exec(text)?.[0].length ?? 0;
  }
  const capitals = /^[A-Z]{0,6}/.exec(text)![0];
  switch (capitals.length) {
    case 3:
      return 3;
    case 4:
      return capitals.endsWith('T') || capitals === 'WITA' ? 4 : 0;
    case 5:
      return capitals.endsWith('T') ? 5 : 0;
    default:
      return 0;
  }
}

/** The hours that follow `GMT` in the name of a zone, in seconds. */
export function gmtOffset(zone: string): number {
  return zone.startsWith('GMT') ? (Number(zone.slice(3)) || 0) * 3600 : 0;
}
