const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An element that is already written. */
export class XmlElement {
  constructor(readonly text: string) {}
}

/** Writes an element of text or of other elements. */
export function element(
  name: string,
  content: string | number | boolean | readonly XmlElement[],
  attributes = '',
): XmlElement {
  const inner = Array.isArray(content)
    ? content.map(one => one.text).join('')
    : escapeXml(String(content));
  return new XmlElement(`<${name}${attributes}>${inner}</${name}>`);
}

/** A root element in the namespace of S3. */
export function s3Element(
  name: string,
  content: string | readonly XmlElement[],
): XmlElement {
  return element(name, content, ` xmlns="${NAMESPACE}"`);
}

export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}`;
}

function escapeXml(text: string): string {
  return text.replace(
    /[&<>"\r]/g,
    character => `&#${character.charCodeAt(0)};`,
  );
}

/** The contents of the elements of a name, however deep; not for nested ones of the same name. */
export function contentsOf(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map(([, content]) => content);
}

/** The text of the first element of a name. */
export function textOf(xml: string, name: string): string | undefined {
  const [content] = contentsOf(xml, name);
  return content === undefined ? undefined : unescapeXml(content.trim());
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x'))
      return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith('#'))
      return String.fromCodePoint(Number(name.slice(1)));
    return NAMED[name] ?? whole;
  });
}
