const MASK = '*****';
/** What is shorter keeps no secret, and is a part of other words. */
const SHORTEST = 4;

/** Values that must not show, to be taken out of what services and libraries say. */
export class SecretWords {
  private readonly words: readonly string[];

  constructor(values: readonly string[]) {
    const all = new Set<string>();
    for (const value of values) {
      for (const part of [value, ...value.split(/[\r\n]+/)]) {
        const word = part.trim();
        if (word.length >= SHORTEST) {
          all.add(word);
          all.add(encodeURIComponent(word));
          all.add(Buffer.from(word).toString('base64'));
          all.add(JSON.stringify(word).slice(1, -1));
          pathOf(word).forEach(each => all.add(each));
        }
      }
    }
    // A word may be a part of another one.
    this.words = [...all].sort((a, b) => b.length - a.length);
  }

  mask(text: string): string {
    return this.words.reduce(
      (masked, word) => masked.replaceAll(word, MASK),
      text,
    );
  }
}

/** Of an address the path and the query are the secret; the host may be told. */
function pathOf(word: string): string[] {
  if (!/^https?:\/\//.test(word) || !URL.canParse(word)) {
    return [];
  }
  const { pathname, search, username, password } = new URL(word);
  return [
    `${pathname}${search}`,
    ...pathname.split('/'),
    ...[...new URLSearchParams(search).values(), username, password],
  ].filter(part => part.length >= 8);
}
