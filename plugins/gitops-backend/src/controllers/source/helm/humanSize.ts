const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size as Flux 2.9 words it: thousands, four significant digits, `29.05MB`. */
export function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(4))}${UNITS[unit]}`;
}
