import { isString, Printer } from './Printer';

/** Go's `fmt.Sprint`: blanks only between operands that are no strings. @public */
export function sprint(values: readonly unknown[]): string {
  if (values.length === 1 && typeof values[0] === 'string') {
    return values[0];
  }
  const printer = new Printer();
  let previousIsString = false;
  values.forEach((value, index) => {
    const isText = isString(value);
    if (index > 0 && !isText && !previousIsString) {
      printer.out += ' ';
    }
    printer.printArgument(value, 'v');
    previousIsString = isText;
  });
  return printer.out;
}

/** Go's `fmt.Sprintln`. @public */
export function sprintln(values: readonly unknown[]): string {
  const printer = new Printer();
  values.forEach((value, index) => {
    printer.out += index > 0 ? ' ' : '';
    printer.printArgument(value, 'v');
  });
  return `${printer.out}\n`;
}
