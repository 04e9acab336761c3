import { GoNumber } from '../values/GoObject';
import { typeOf } from '../values/inspect';
import { Layout } from './Layout';
import { Printer } from './Printer';

/** Widths and precisions beyond this are none. */
const MAX_SIZE = 1_000_000;

class Formatter {
  private readonly printer = new Printer();
  private at = 0;
  private argument = 0;
  /** Whether an explicit index such as `[2]` was right. */
  private isGoodIndex = true;
  private hasIndexes = false;

  constructor(
    private readonly format: string,
    private readonly values: readonly unknown[],
  ) {}

  run(): string {
    const { format, printer } = this;
    while (this.at < format.length) {
      const percent = format.indexOf('%', this.at);
      if (percent < 0) {
        printer.out += format.slice(this.at);
        break;
      }
      printer.out += format.slice(this.at, percent);
      this.at = percent + 1;
      this.isGoodIndex = true;
      this.directive();
    }
    if (!this.hasIndexes && this.argument < this.values.length) {
      this.extra();
    }
    return printer.out;
  }

  private directive(): void {
    const { format, printer } = this;
    const layout = new Layout();
    printer.layout = layout;
    this.flags(layout);
    let afterIndex = this.index();
    if (format[this.at] === '*') {
      this.at++;
      layout.width = this.size();
      if (layout.width === undefined) {
        printer.out += '%!(BADWIDTH)';
      } else if (layout.width < 0) {
        layout.width = -layout.width;
        layout.minus = true;
        layout.zero = false;
      }
      afterIndex = false;
    } else {
      layout.width = this.number();
      if (afterIndex && layout.width !== undefined) {
        this.isGoodIndex = false;
      }
    }
    if (format[this.at] === '.' && this.at + 1 < format.length) {
      this.at++;
      if (afterIndex) {
        this.isGoodIndex = false;
      }
      afterIndex = this.index();
      if (format[this.at] === '*') {
        this.at++;
        layout.precision = this.size();
        if (layout.precision !== undefined && layout.precision < 0) {
          layout.precision = undefined;
        }
        if (layout.precision === undefined) {
          printer.out += '%!(BADPREC)';
        }
        afterIndex = false;
      } else {
        layout.precision = this.number() ?? 0;
      }
    }
    if (!afterIndex) {
      this.index();
    }
    this.verb(layout);
  }

  private flags(layout: Layout): void {
    for (; ; this.at++) {
      switch (this.format[this.at]) {
        case '#':
          layout.sharp = true;
          break;
        case '0':
          layout.zero = true;
          break;
        case '+':
          layout.plus = true;
          break;
        case '-':
          layout.minus = true;
          break;
        case ' ':
          layout.space = true;
          break;
        default:
          return;
      }
    }
  }

  private verb(layout: Layout): void {
    const { printer, format } = this;
    const code = format.codePointAt(this.at);
    if (code === undefined) {
      printer.out += '%!(NOVERB)';
      return;
    }
    const verb = String.fromCodePoint(code);
    this.at += verb.length;
    if (verb === '%') {
      printer.out += '%';
    } else if (!this.isGoodIndex) {
      printer.out += `%!${verb}(BADINDEX)`;
    } else if (this.argument >= this.values.length) {
      printer.out += `%!${verb}(MISSING)`;
    } else {
      if (verb === 'v' || verb === 'w') {
        layout.sharpV = layout.sharp;
        layout.sharp = false;
        layout.plusV = layout.plus;
        layout.plus = false;
      }
      printer.printArgument(this.values[this.argument++], verb);
    }
  }

  /** A number in the format; after one that is too large nothing is left. */
  private number(end = this.format.length): number | undefined {
    let value: number | undefined;
    for (; this.at < end; this.at++) {
      const digit = this.format.charCodeAt(this.at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) {
        break;
      }
      if ((value ?? 0) > MAX_SIZE) {
        this.at = end;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
    }
    return value;
  }

  /** A width or precision that is an argument. */
  private size(): number | undefined {
    const value = this.values[this.argument];
    if (this.argument >= this.values.length) {
      return undefined;
    }
    this.argument++;
    if (!(value instanceof GoNumber) || value.type.kind.startsWith('float')) {
      return undefined;
    }
    const size = Number(value.value);
    return Math.abs(size) > MAX_SIZE ? undefined : size;
  }

  /** An explicit index; false where there is none, or no number in it. */
  private index(): boolean {
    const { format } = this;
    if (format[this.at] !== '[') {
      return false;
    }
    this.hasIndexes = true;
    const start = this.at;
    const close = format.indexOf(']', start);
    if (close < 0 || format.length - start < 3) {
      this.at = start + 1;
      this.isGoodIndex = false;
      return false;
    }
    this.at = start + 1;
    const number = this.number(close);
    const isNumber = number !== undefined && this.at === close;
    this.at = close + 1;
    if (isNumber && number >= 1 && number <= this.values.length) {
      this.argument = number - 1;
      return true;
    }
    this.isGoodIndex = false;
    return isNumber;
  }

  private extra(): void {
    const { printer } = this;
    printer.layout = new Layout();
    printer.out += '%!(EXTRA ';
    this.values.slice(this.argument).forEach((value, index) => {
      printer.out += index > 0 ? ', ' : '';
      if (value === null || value === undefined) {
        printer.out += '<nil>';
      } else {
        printer.out += `${typeOf(value).name}=`;
        printer.printArgument(value, 'v');
      }
    });
    printer.out += ')';
  }
}

/** Go's `fmt.Sprintf`. @public */
export function sprintf(format: string, values: readonly unknown[]): string {
  return new Formatter(format, values).run();
}
