import {
  GoComplex,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
} from '../values/GoObject';
import { elementsOf, isBytes, plain, typeOf } from '../values/inspect';
import { GoType } from '../values/GoType';
import { sortedEntries } from '../values/entries';
import { decodeUtf8 } from '../values/utf8';
import { FloatForm } from './formatFloat';
import { Layout } from './Layout';

const NIL = '<nil>';
/** JavaScript shows no addresses; Go's differ from run to run. */
const ADDRESS = 0xc000010000;

/** Values within values that are printed in one go. */
const MAX_VALUES = 1024 * 1024;

/** Prints values as Go's fmt does, for one verb at a time. */
export class Printer {
  out = '';
  layout = new Layout();
  /** While a wrong verb is reported, methods of values are not called. */
  private reporting = false;
  private values = 0;

  /** One argument of a verb. */
  printArgument(value: unknown, verb: string): void {
    if (value === null || value === undefined) {
      if (verb === 'T' || verb === 'v') {
        this.out += this.layout.pad(NIL);
      } else {
        this.badVerb(value, verb);
      }
      return;
    }
    if (verb === 'T') {
      this.out += this.layout.string(typeOf(value).name);
    } else if (verb === 'p') {
      this.printAddress(value, verb);
    } else if (typeof value === 'string') {
      this.printString(value, value, verb);
    } else if (!this.printByMethod(value, verb)) {
      this.printValue(value, verb, 0);
    }
  }

  private badVerb(value: unknown, verb: string): void {
    this.reporting = true;
    this.out += `%!${verb}(`;
    if (value === null || value === undefined) {
      this.out += NIL;
    } else {
      this.out += `${typeOf(value).name}=`;
      this.printArgument(value, 'v');
    }
    this.out += ')';
    this.reporting = false;
  }

  /** `Error()` and `String()`. */
  private printByMethod(value: unknown, verb: string): boolean {
    const type = typeOf(value);
    if (type.goText && this.layout.sharpV && verb === 'v' && !this.reporting) {
      this.out += this.layout.string(type.goText(value));
      return true;
    }
    const isBasic = !type.text;
    const isPlain = verb !== 'w' || !isComposite(type) || isBytes(value);
    if (this.reporting || (isBasic && isPlain)) {
      return false;
    }
    if (verb === 'w') {
      this.badVerb(value, verb);
      return true;
    }
    if (this.layout.sharpV || !'vsxXq'.includes(verb)) {
      return false;
    }
    let text: string;
    try {
      text = type.text!(value instanceof GoPointer ? value.target : value);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const method = type.isError ? 'Error' : 'String';
      this.out +=
        value instanceof GoNil
          ? NIL
          : `%!${verb}(PANIC=${method} method: ${message})`;
      return true;
    }
    this.printString(value, text, verb);
    return true;
  }

  private printString(value: unknown, text: string, verb: string): void {
    const { layout } = this;
    switch (verb) {
      case 'v':
        this.out += layout.sharpV ? layout.quoted(text) : layout.string(text);
        return;
      case 's':
        this.out += layout.string(text);
        return;
      case 'x':
      case 'X':
        this.out += layout.hex(text, verb === 'X');
        return;
      case 'q':
        this.out += layout.quoted(text);
        return;
      default:
        this.badVerb(value, verb);
    }
  }

  /** A value, perhaps within another one. */
  private printValue(value: unknown, verb: string, depth: number): void {
    if (depth > 0 && ++this.values > MAX_VALUES) {
      // Maps that share maps are short to write and print without end.
      throw new RangeError('Invalid string length: the value is too large');
    }
    if (value === null || value === undefined) {
      this.out += this.layout.sharpV ? 'interface {}(nil)' : NIL;
      return;
    }
    if (depth > 0 && this.printByMethod(value, verb)) {
      return;
    }
    if (value instanceof GoNumber) {
      this.printNumber(value, verb);
      return;
    }
    const bare = plain(value);
    switch (typeof bare) {
      case 'string':
        this.printString(value, bare, verb);
        return;
      case 'boolean':
        if (verb === 't' || verb === 'v') {
          this.out += this.layout.pad(String(bare));
        } else {
          this.badVerb(value, verb);
        }
        return;
      case 'number':
        this.printFloat(value, bare, verb, 64);
        return;
      case 'bigint':
        this.printInteger(value, bare, verb, false);
        return;
      default:
        this.printObject(value, verb, depth);
    }
  }

  private printObject(value: unknown, verb: string, depth: number): void {
    const type = typeOf(value);
    const bare = plain(value);
    if (value instanceof GoComplex) {
      this.printComplex(value, verb);
    } else if (isBytes(bare)) {
      this.printBytes(value, bare, type, verb, depth);
    } else if (value instanceof GoStruct) {
      this.printStruct(value, verb, depth);
    } else if (value instanceof GoPointer) {
      const { kind } = typeOf(value.target);
      if (depth === 0 && isComposite({ kind })) {
        this.out += '&';
        this.printValue(value.target, verb, depth + 1);
      } else {
        this.printAddress(value, verb);
      }
    } else if (type.kind === 'map') {
      this.printMap(value, type, verb, depth);
    } else if (type.kind === 'slice' || type.kind === 'array') {
      this.printList(value, type, verb, depth);
    } else {
      this.printAddress(value, verb);
    }
  }

  private printMap(
    value: unknown,
    type: GoType,
    verb: string,
    depth: number,
  ): void {
    const { sharpV } = this.layout;
    if (sharpV && value instanceof GoNil) {
      this.out += `${type.name}(nil)`;
      return;
    }
    this.out += sharpV ? `${type.name}{` : 'map[';
    sortedEntries(value)?.forEach(([key, element], index) => {
      this.separate(index);
      this.printValue(key, verb, depth + 1);
      this.out += ':';
      this.printValue(element, verb, depth + 1);
    });
    this.out += sharpV ? '}' : ']';
  }

  private printList(
    value: unknown,
    type: GoType,
    verb: string,
    depth: number,
  ): void {
    const { sharpV } = this.layout;
    if (sharpV && value instanceof GoNil) {
      this.out += `${type.name}(nil)`;
      return;
    }
    if (type.elem?.kind === 'uint8' && 'sqxX'.includes(verb)) {
      this.printBytes(value, new Uint8Array(), type, verb, depth);
      return;
    }
    this.out += sharpV ? `${type.name}{` : '[';
    elementsOf(value)?.forEach((element, index) => {
      this.separate(index);
      this.printValue(element, verb, depth + 1);
    });
    this.out += sharpV ? '}' : ']';
  }

  private separate(index: number): void {
    if (index > 0) {
      this.out += this.layout.sharpV ? ', ' : ' ';
    }
  }

  private printStruct(value: GoStruct, verb: string, depth: number): void {
    const { sharpV, plusV } = this.layout;
    this.out += sharpV ? `${value.type.name}{` : '{';
    const { layout, fields } = value.type;
    const hidden = layout ? value.hidden() : {};
    const names = layout ?? fields ?? Object.keys(value.fields);
    names.forEach((name, index) => {
      this.separate(index);
      this.out += sharpV || plusV ? `${name}:` : '';
      this.printValue(hidden[name] ?? value.fields[name], verb, depth + 1);
    });
    this.out += '}';
  }

  private printBytes(
    value: unknown,
    bytes: Uint8Array,
    type: GoType,
    verb: string,
    depth: number,
  ): void {
    const { layout } = this;
    switch (verb) {
      case 's':
        this.out += layout.string(decodeUtf8(bytes));
        return;
      case 'q':
        this.out += layout.quoted(decodeUtf8(bytes));
        return;
      case 'x':
      case 'X':
        this.out += layout.hex(bytes, verb === 'X');
        return;
      default:
    }
    if (layout.sharpV) {
      this.out += verb === 'v' && depth === 0 ? '[]byte{' : `${type.name}{`;
    } else {
      this.out += '[';
    }
    bytes.forEach((byte, index) => {
      this.separate(index);
      this.printInteger(value, byte, verb, true);
    });
    this.out += layout.sharpV ? '}' : ']';
  }

  private printNumber(number: GoNumber, verb: string): void {
    const { type, value } = number;
    if (type.kind === 'float32' || type.kind === 'float64') {
      const bits = type.kind === 'float32' ? 32 : 64;
      this.printFloat(number, Number(value), verb, bits);
    } else {
      this.printInteger(number, value, verb, type.kind.startsWith('u'));
    }
  }

  private printInteger(
    whole: unknown,
    value: number | bigint,
    verb: string,
    isUnsigned: boolean,
  ): void {
    const { layout } = this;
    switch (verb) {
      case 'v':
        if (layout.sharpV && isUnsigned) {
          layout.sharp = true;
          this.out += layout.integer(value, 16, verb);
          layout.sharp = false;
        } else {
          this.out += layout.integer(value, 10, verb);
        }
        return;
      case 'd':
        this.out += layout.integer(value, 10, verb);
        return;
      case 'b':
        this.out += layout.integer(value, 2, verb);
        return;
      case 'o':
      case 'O':
        this.out += layout.integer(value, 8, verb);
        return;
      case 'x':
      case 'X':
        this.out += layout.integer(value, 16, verb);
        return;
      case 'c':
        this.out += layout.character(BigInt(value));
        return;
      case 'q':
        this.out += layout.quotedCharacter(BigInt(value));
        return;
      case 'U':
        this.out += layout.unicode(BigInt(value));
        return;
      default:
        this.badVerb(
          whole instanceof GoNumber || typeof whole === 'bigint'
            ? whole
            : new GoNumber({ name: 'uint8', kind: 'uint8' }, value),
          verb,
        );
    }
  }

  private printFloat(
    whole: unknown,
    value: number,
    verb: string,
    bits: 32 | 64,
  ): void {
    const form = floatForm(verb);
    if (!form) {
      this.badVerb(whole, verb);
      return;
    }
    const precision = 'feE'.includes(form) ? 6 : -1;
    this.out += this.layout.float(value, form, precision, bits);
  }

  private printComplex(value: GoComplex, verb: string): void {
    if (!floatForm(verb)) {
      this.badVerb(value, verb);
      return;
    }
    const { plus } = this.layout;
    this.out += '(';
    this.printFloat(value, value.real, verb, 64);
    this.layout.plus = true;
    this.printFloat(value, value.imaginary, verb, 64);
    this.layout.plus = plus;
    this.out += 'i)';
  }

  private printAddress(value: unknown, verb: string): void {
    const { layout } = this;
    const type = typeOf(value);
    const isPointer = ['map', 'slice', 'ptr', 'func'].includes(type.kind);
    const address = value instanceof GoNil ? 0 : ADDRESS;
    if (!isPointer || !'vpbodxX'.includes(verb)) {
      this.badVerb(value, verb);
    } else if (verb === 'v' && layout.sharpV) {
      const shown = address === 0 ? 'nil' : `0x${address.toString(16)}`;
      this.out += `(${type.name})(${shown})`;
    } else if (verb === 'v' && address === 0) {
      this.out += layout.pad(NIL);
    } else if (verb === 'v' || verb === 'p') {
      const { sharp } = layout;
      layout.sharp = !sharp;
      this.out += layout.integer(address, 16, 'v');
      layout.sharp = sharp;
    } else {
      this.printInteger(value, address, verb, true);
    }
  }
}

function isComposite({ kind }: Pick<GoType, 'kind'>): boolean {
  return ['map', 'slice', 'array', 'struct'].includes(kind);
}

function floatForm(verb: string): FloatForm | undefined {
  switch (verb) {
    case 'v':
      return 'g';
    case 'F':
      return 'f';
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
    case 'f':
    case 'e':
    case 'E':
      return verb;
    default:
      return undefined;
  }
}

/** Whether `print` takes it for a string. */
export function isString(value: unknown): boolean {
  return typeof value === 'string' || typeOf(value).kind === 'string';
}
