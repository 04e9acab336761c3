/** Long names of Unicode's categories, without regard to case and signs. */
const CATEGORIES =
  'C Other,Cc Control,Cc cntrl,Cf Format,Cn Unassigned,Co PrivateUse,' +
  'Cs Surrogate,L Letter,Lc CasedLetter,Ll LowercaseLetter,' +
  'Lm ModifierLetter,Lo OtherLetter,Lt TitlecaseLetter,Lu UppercaseLetter,' +
  'M CombiningMark,M Mark,Mc SpacingMark,Me EnclosingMark,' +
  'Mn NonspacingMark,N Number,Nd DecimalNumber,Nd digit,Nl LetterNumber,' +
  'No OtherNumber,P Punctuation,P punct,Pc ConnectorPunctuation,' +
  'Pd DashPunctuation,Pe ClosePunctuation,Pf FinalPunctuation,' +
  'Pi InitialPunctuation,Po OtherPunctuation,Ps OpenPunctuation,S Symbol,' +
  'Sc CurrencySymbol,Sk ModifierSymbol,Sm MathSymbol,So OtherSymbol,' +
  'Z Separator,Zl LineSeparator,Zp ParagraphSeparator,Zs SpaceSeparator';

const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  CATEGORIES.split(',').map(entry => {
    const [short, long] = entry.split(' ');
    return [long.toLowerCase(), short];
  }),
);

/** A pattern in other words. */
export interface AdaptedPattern {
  readonly source: string;
  /** Groups of the same name, by that name; the first group has number 1. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  /** Parts as they were, by what they became. */
  readonly originals: ReadonlyMap<string, string>;
}

/** Escapes, classes of characters and groups, which may hold each other. */
const PART =
  /\\Q[^]*?(?:\\E|$)|\\(?<sign>[pP])(?:\{(?<long>[^}]{0,64})\}|(?<short>[A-Za-z]))|\\[^]|\[:[a-z^]*:\]|(?<open>\[\^?\]?)|(?<close>\])|\(\?P?<(?<name>\w+)>|(?<capture>\()(?!\?)/g;

function unicodeClass(sign: string, name: string): string {
  const negated = name.startsWith('^');
  const folded = name.replace(/[-_ ]/g, '').replace('^', '').toLowerCase();
  const canonical =
    SHORT_NAMES.get(folded) ?? folded.replace(/^./, c => c.toUpperCase());
  return `\\${sign}{${negated ? '^' : ''}${canonical}}`;
}

/**
 * What Go 1.26 allows and re2js does not: several groups of one name, and any
 * spelling of the names of Unicode's categories and scripts.
 */
export function adaptPattern(source: string): AdaptedPattern {
  const names = new Map<string, number[]>();
  const originals = new Map<string, string>();
  let groups = 0;
  let inClass = false;
  const adapted = source.replace(PART, (part, ...rest: unknown[]) => {
    const found = rest.at(-1) as Record<string, string | undefined>;
    if (found.sign) {
      const name = found.long ?? found.short ?? '';
      const known = unicodeClass(found.sign, name);
      originals.set(known, originals.get(known) ?? part);
      return known;
    }
    if (found.open || found.close) {
      inClass = found.open !== undefined;
    } else if (!inClass && found.name) {
      groups++;
      const same = names.get(found.name);
      if (same) {
        same.push(groups);
      } else {
        names.set(found.name, [groups]);
      }
      return '(';
    } else if (!inClass && found.capture) {
      groups++;
    }
    return part;
  });
  originals.set(adapted, source);
  return { source: adapted, names, originals };
}
