import { isIPv4, isIPv6 } from 'node:net';

/** Go's `net.ParseIP`: 4 bytes, also of IPv4 within IPv6, or 16. */
export function parseIp(text: string): Uint8Array | undefined {
  if (isIPv4(text)) {
    return Uint8Array.from(text.split('.').map(Number));
  }
  if (!isIPv6(text) || text.includes('%')) {
    return undefined;
  }
  const dotted = /[0-9.]+\.[0-9]+$/.exec(text)?.[0] ?? '';
  const last = dotted.split('.').map(Number);
  const groups =
    dotted === ''
      ? text
      : text.slice(0, -dotted.length) +
        [last[0] * 256 + last[1], last[2] * 256 + last[3]]
          .map(group => group.toString(16))
          .join(':');
  const [before, after] = groups
    .split('::')
    .map(part => part.split(':').filter(Boolean));
  const zeros = 8 - before.length - (after?.length ?? 0);
  const all = [...before, ...Array<string>(zeros).fill('0'), ...(after ?? [])];
  const bytes = Uint8Array.from(
    all.flatMap(group => {
      const value = parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
  const isMapped =
    bytes.subarray(0, 10).every(byte => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff;
  return isMapped ? bytes.subarray(12) : bytes;
}
