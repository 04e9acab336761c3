import { TimeSlice } from '../../../workers/TimeSlice';

const MODULUS = 65_521;
/** So many bytes are added up before the sums have to be reduced. */
const CHUNK_TAGS = 200;

/**
 * The revision of a scan: Adler-32 of the tags as a JSON array, in decimal
 * (image-reflector-controller 1.2, without `FluxStorage`).
 *
 * @param tags - in descending order; ASCII without what JSON escapes, as tags are
 */
export async function tagsRevision(tags: readonly string[]): Promise<string> {
  const slice = new TimeSlice();
  let low = 1;
  let high = 0;
  const add = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      low += text.charCodeAt(i);
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  };
  add('[');
  for (let from = 0; from < tags.length; from += CHUNK_TAGS) {
    const part = tags.slice(from, from + CHUNK_TAGS);
    add(`${from > 0 ? ',' : ''}${part.map(tag => `"${tag}"`).join(',')}`);
    if (slice.isOver) {
      await slice.next();
    }
  }
  add(']');
  return String(high * 0x10000 + low);
}
