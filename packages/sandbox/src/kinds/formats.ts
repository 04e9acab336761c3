const UNIT = '(?:ns|us|µs|μs|ms|s|m|h)';
const GO_DURATION = new RegExp(
  `^[+-]?(?:0|(?:\\d+(?:\\.\\d*)?|\\.\\d+)${UNIT}(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)${UNIT})*)$`,
);
const DATE_TIME =
  /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

const CHECKS: Record<string, (value: string) => boolean> = {
  'date-time': value =>
    DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  date: value => /^\d{4}-\d{2}-\d{2}$/.test(value),
  duration: value => GO_DURATION.test(value) || /^\d+ ?[a-z]+$/.test(value),
  byte: value => /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0,
  uuid: value => /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value),
  ipv4: value =>
    /^(?:\d{1,3}\.){3}\d{1,3}$/.test(value) &&
    value.split('.').every(part => Number(part) < 256),
  uri: value => {
    try {
      return Boolean(new URL(value));
    } catch {
      return false;
    }
  },
};

/** The name of the format when a string is not of it; unknown formats are ignored. */
export function formatProblem(
  format: string,
  value: string,
): string | undefined {
  const check = Object.hasOwn(CHECKS, format) ? CHECKS[format] : undefined;
  return !check || check(value) ? undefined : format;
}
