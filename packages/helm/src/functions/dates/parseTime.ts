import { GoError } from '@backstage-gitops/go-template';
import { quoteBytes, toBytes } from './byteText';
import { daysBeforeMonth, daysIn, isLeap } from './civil';
import { LayoutElement, MONTHS, parseLayout, WEEKDAYS } from './layout';
import { parseZoneName } from './parseZoneName';

/** What a text says of a time. */
export interface ParsedTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** Whether it says that it is in UTC. */
  readonly isUtc: boolean;
  /** Seconds east of UTC, where the text has them. */
  readonly offset?: number;
  /** The name of the zone, where the text has one. */
  readonly zone: string;
}

/** The text is not what the layout asks for at this place. */
class Mismatch extends Error {}
/** A number of the text is too large. */
class OutOfRange extends Error {}

class TimeParser {
  private rest: string;
  private year = 0;
  private month: number | undefined;
  private day: number | undefined;
  private yearDay: number | undefined;
  private hour = 0;
  private minute = 0;
  private second = 0;
  private nanosecond = 0;
  private half: 'AM' | 'PM' | undefined;
  private isUtc = false;
  private offset: number | undefined;
  private zone = '';

  constructor(
    private readonly layout: string,
    private readonly text: string,
  ) {
    this.rest = text;
  }

  parse(): ParsedTime {
    const parts = parseLayout(this.layout);
    parts.forEach(({ prefix, element, text }, index) => {
      if (!this.skip(prefix)) {
        throw this.mismatch(this.rest, prefix);
      }
      if (element === '') {
        return;
      }
      const before = this.rest;
      try {
        this.readElement(element, text, parts[index + 1].element);
      } catch (error) {
        if (error instanceof Mismatch) {
          throw this.mismatch(before, text);
        }
        if (error instanceof OutOfRange) {
          throw this.problem(`${error.message} out of range`);
        }
        throw error;
      }
    });
    if (this.rest !== '') {
      throw this.problem(`extra text: ${quoteBytes(this.rest)}`);
    }
    return this.result();
  }

  private mismatch(rest: string, part: string): GoError {
    return new GoError(
      `parsing time ${quoteBytes(this.text)} as ${quoteBytes(this.layout)}: ` +
        `cannot parse ${quoteBytes(rest)} as ${quoteBytes(part)}`,
    );
  }

  private problem(message: string): GoError {
    return new GoError(`parsing time ${quoteBytes(this.text)}: ${message}`);
  }

  /** Takes a text; any number of spaces stands for any other. */
  private skip(prefix: string): boolean {
    let at = 0;
    while (at < prefix.length) {
      if (prefix[at] === ' ') {
        if (this.rest !== '' && this.rest[0] !== ' ') {
          return false;
        }
        while (prefix[at] === ' ') {
          at++;
        }
        this.rest = this.rest.replace(/^ +/, '');
      } else if (this.rest[0] === prefix[at]) {
        this.rest = this.rest.slice(1);
        at++;
      } else {
        return false;
      }
    }
    return true;
  }

  private readElement(
    element: LayoutElement,
    text: string,
    next: LayoutElement,
  ): void {
    switch (element) {
      case '2006':
        if (!/^[0-9]/.test(this.rest)) {
          throw new Mismatch();
        }
        this.year = integer(this.take(4));
        break;
      case '06':
        this.year = integer(this.take(2));
        this.year += this.year >= 69 ? 1900 : 2000;
        break;
      case 'January':
        this.month = this.name(MONTHS) + 1;
        break;
      case 'Jan':
        this.month = this.name(MONTHS, 3) + 1;
        break;
      case 'Monday':
        this.name(WEEKDAYS);
        break;
      case 'Mon':
        this.name(WEEKDAYS, 3);
        break;
      case '1':
      case '01':
        this.month = this.number(element === '01');
        if (this.month < 1 || this.month > 12) {
          throw new OutOfRange('month');
        }
        break;
      case '2':
      case '_2':
      case '02':
        if (element === '_2' && this.rest[0] === ' ') {
          this.take(1);
        }
        this.day = this.number(element === '02');
        break;
      case '__2':
      case '002':
        this.yearDay = this.dayOfYear(element === '002');
        break;
      case 'PM':
      case 'pm':
        this.half = this.halfOfDay(element === 'PM');
        break;
      case 'MST':
        this.readZone();
        break;
      case 'Z':
        if (this.rest[0] === 'Z') {
          this.take(1);
          this.isUtc = true;
          break;
        }
        this.readOffset(text);
        break;
      case '-':
        this.readOffset(text);
        break;
      case '.0':
        this.readFraction(text.length);
        break;
      case '.9':
        this.readFraction(/^[.,][0-9]+/.exec(this.rest)?.[0].length ?? 0);
        break;
      default:
        this.readClock(element, next);
    }
  }

  private readClock(element: LayoutElement, next: LayoutElement): void {
    switch (element) {
      case '15':
        this.hour = this.below(24, false, 'hour');
        break;
      case '3':
      case '03':
        this.hour = this.below(13, element === '03', 'hour');
        break;
      case '4':
      case '04':
        this.minute = this.below(60, element === '04', 'minute');
        break;
      default: {
        this.second = this.below(60, element === '05', 'second');
        // A fraction may follow, whatever the layout says.
        const fraction = /^[.,][0-9]+/.exec(this.rest);
        if (fraction && next !== '.0' && next !== '.9') {
          this.readFraction(fraction[0].length);
        }
      }
    }
  }

  private take(count: number): string {
    if (this.rest.length < count) {
      throw new Mismatch();
    }
    const taken = this.rest.slice(0, count);
    this.rest = this.rest.slice(count);
    return taken;
  }

  /** One or two digits. */
  private number(isFixed: boolean): number {
    const match = (isFixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/).exec(this.rest);
    if (!match) {
      throw new Mismatch();
    }
    return Number(this.take(match[0].length));
  }

  private below(limit: number, isFixed: boolean, name: string): number {
    const value = this.number(isFixed);
    if (value >= limit) {
      throw new OutOfRange(name);
    }
    return value;
  }

  private dayOfYear(isFixed: boolean): number {
    if (!isFixed) {
      this.rest = this.rest.replace(/^ {1,2}/, '');
    }
    const match = (isFixed ? /^[0-9]{3}/ : /^[0-9]{1,3}/).exec(this.rest);
    if (!match) {
      throw new Mismatch();
    }
    return Number(this.take(match[0].length));
  }

  private name(names: readonly string[], length?: number): number {
    const index = names.findIndex(name => {
      const wanted = name.slice(0, length);
      const found = this.rest.slice(0, wanted.length);
      return found.toLowerCase() === wanted.toLowerCase();
    });
    if (index < 0) {
      throw new Mismatch();
    }
    this.take(names[index].slice(0, length).length);
    return index;
  }

  private halfOfDay(isUpper: boolean): 'AM' | 'PM' {
    const taken = this.take(2);
    const half = taken.toUpperCase();
    if (
      (half !== 'AM' && half !== 'PM') ||
      taken !== (isUpper ? half : half.toLowerCase())
    ) {
      throw new Mismatch();
    }
    return half;
  }

  private readZone(): void {
    if (this.rest.startsWith('UTC')) {
      this.take(3);
      this.isUtc = true;
      return;
    }
    const length = parseZoneName(this.rest);
    if (length === 0) {
      throw new Mismatch();
    }
    this.zone = this.take(length);
  }

  /** An offset in the form of the element: `-0700`, `Z07:00:00` … */
  private readOffset(form: string): void {
    const taken = this.take(form.length);
    const hasColons = form.includes(':');
    if ([3, 6].some(at => form[at] === ':' && taken[at] !== ':')) {
      throw new Mismatch();
    }
    const step = hasColons ? 3 : 2;
    const numbers: number[] = [];
    let isNumeric = true;
    for (let at = 1; at < form.length && isNumeric; at += step) {
      const part = taken.slice(at, at + 2);
      isNumeric = /^[0-9]{2}$/.test(part);
      numbers.push(isNumeric ? Number(part) : 0);
    }
    const [hours, minutes = 0, seconds = 0] = numbers;
    if (seconds > 60) {
      throw new OutOfRange('time zone offset second');
    }
    if (minutes > 60) {
      throw new OutOfRange('time zone offset minute');
    }
    if (hours > 24) {
      throw new OutOfRange('time zone offset hour');
    }
    if (!isNumeric || (taken[0] !== '+' && taken[0] !== '-')) {
      throw new Mismatch();
    }
    const offset = (hours * 60 + minutes) * 60 + seconds;
    this.offset = taken[0] === '-' ? -offset : offset;
  }

  /** A separator and digits, `length` together; what is too fine is cut. */
  private readFraction(length: number): void {
    if (length === 0) {
      return;
    }
    const taken = this.take(length).slice(0, 10);
    if (!/^[.,]/.test(taken)) {
      throw new Mismatch();
    }
    const value = integer(taken.slice(1));
    if (value < 0) {
      throw new OutOfRange('fractional second');
    }
    this.nanosecond = value * 10 ** (10 - taken.length);
  }

  private result(): ParsedTime {
    const { year } = this;
    let { month, day, hour } = this;
    if (this.half === 'PM' && hour < 12) {
      hour += 12;
    } else if (this.half === 'AM' && hour === 12) {
      hour = 0;
    }
    if (this.yearDay === undefined) {
      month ??= 1;
      day ??= 1;
    } else {
      const date = this.dateOfYearDay(this.yearDay);
      if (month !== undefined && month !== date.month) {
        throw this.problem('day-of-year does not match month');
      }
      if (day !== undefined && day !== date.day) {
        throw this.problem('day-of-year does not match day');
      }
      ({ month, day } = date);
    }
    if (day < 1 || day > daysIn(month, year)) {
      throw this.problem('day out of range');
    }
    const { minute, second, nanosecond, isUtc, zone } = this;
    // An offset of one second to the west is no offset to Go.
    const offset = this.offset === -1 ? undefined : this.offset;
    return {
      ...{ year, month, day, hour, minute, second, nanosecond },
      ...{ isUtc, offset, zone },
    };
  }

  private dateOfYearDay(yearDay: number): { month: number; day: number } {
    const { year } = this;
    if (yearDay < 1 || yearDay > (isLeap(year) ? 366 : 365)) {
      throw this.problem('day-of-year out of range');
    }
    let month = 1;
    while (daysBeforeMonth(month + 1, year) < yearDay) {
      month++;
    }
    return { month, day: yearDay - daysBeforeMonth(month, year) };
  }
}

/** A number that may have a sign, as Go's `time` reads years and fractions. */
function integer(text: string): number {
  if (!/^[+-]?[0-9]*$/.test(text)) {
    throw new Mismatch();
  }
  return Number(/^[+-]?$/.test(text) ? 0 : text);
}

/**
 * Go's `time.Parse`, up to the question which offset a zone has.
 *
 * @throws GoError with the text of Go's `time.ParseError`
 */
export function parseTime(layout: string, text: string): ParsedTime {
  return new TimeParser(toBytes(layout), toBytes(text)).parse();
}
