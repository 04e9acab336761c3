export const FLUSH = '0000';
export const DELIMITER = '0001';

/** A line as a packet. */
export function packet(line: string): string {
  const length = Buffer.byteLength(line) + 5;
  return `${length.toString(16).padStart(4, '0')}${line}\n`;
}
