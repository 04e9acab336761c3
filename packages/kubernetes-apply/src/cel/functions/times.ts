import { fieldsIn, NANOS } from '../values/time';
import { duration, FunctionTable, overload, text, timestamp } from './Overload';

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';
const DAY_MS = 86_400_000;

const FIELDS: Record<string, (date: Date) => number> = {
  getFullYear: date => date.getUTCFullYear(),
  getMonth: date => date.getUTCMonth(),
  getDayOfYear: date =>
    Math.floor((date.getTime() - startOfYear(date)) / DAY_MS),
  getDayOfMonth: date => date.getUTCDate() - 1,
  getDate: date => date.getUTCDate(),
  getDayOfWeek: date => date.getUTCDay(),
  getHours: date => date.getUTCHours(),
  getMinutes: date => date.getUTCMinutes(),
  getSeconds: date => date.getUTCSeconds(),
  getMilliseconds: date => date.getUTCMilliseconds(),
};

// Date.UTC takes years below 100 for those of the last century.
function startOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  start.setUTCHours(0, 0, 0, 0);
  return start.getTime();
}

const SPANS: Record<string, bigint> = {
  getHours: 3_600n * NANOS,
  getMinutes: 60n * NANOS,
  getSeconds: NANOS,
};

/** The parts of times and durations; without a zone, in UTC. */
export function defineTimes(table: FunctionTable): void {
  for (const [name, read] of Object.entries(FIELDS)) {
    table.method(
      name,
      overload([TIMESTAMP], 'int', ([time]) =>
        BigInt(read(fieldsIn(timestamp(time), 'UTC'))),
      ),
      overload([TIMESTAMP, 'string'], 'int', ([time, zone], { budget }) => {
        // Named zones are looked up, which takes its time.
        budget.spend(100);
        return BigInt(read(fieldsIn(timestamp(time), text(zone))));
      }),
    );
  }
  for (const [name, unit] of Object.entries(SPANS)) {
    table.method(
      name,
      overload([DURATION], 'int', ([span]) => duration(span).nanos / unit),
    );
  }
  table.method(
    'getMilliseconds',
    overload([DURATION], 'int', ([span]) => duration(span).nanos / 1_000_000n),
  );
}
