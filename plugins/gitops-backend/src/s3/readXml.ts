import { assertError } from '@backstage/errors';
import { SaxesParser } from 'saxes';
import { S3Error } from './S3Error';

const MAX_DEPTH = 16;
const MAX_ELEMENTS = 100_000;

/** An element: its text, and the elements in it. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

/**
 * Reads an answer in XML. A document type is refused, and with it every entity
 * but the five of XML itself; depth and number of elements are bounded.
 *
 * @throws S3Error
 */
export function readXml(text: string): XmlElement {
  const parser = new SaxesParser();
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  const refuse = (problem: string): never => {
    throw new S3Error(`the answer is not XML as S3 sends it: ${problem}`);
  };
  parser.on('doctype', () => refuse('it has a document type'));
  parser.on('error', error => refuse(error.message));
  parser.on('opentag', ({ name }) => {
    elements += 1;
    if (open.length >= MAX_DEPTH || elements > MAX_ELEMENTS) {
      refuse('it has too many elements');
    }
    const element = { name, text: '', children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('text', chunk => {
    const element = open.at(-1);
    if (element) {
      element.text += chunk;
    }
  });
  parser.on('closetag', () => {
    open.pop();
  });
  try {
    parser.write(text).close();
  } catch (error) {
    assertError(error);
    throw error instanceof S3Error ? error : refuse(error.message);
  }
  return root ?? refuse('it is empty');
}

/** The text of the first child of a name. */
export function childText(
  element: XmlElement,
  name: string,
): string | undefined {
  return element.children.find(child => child.name === name)?.text;
}

/** The first element of a name, however deep. */
export function findElement(
  element: XmlElement,
  name: string,
): XmlElement | undefined {
  if (element.name === name) {
    return element;
  }
  for (const child of element.children) {
    const found = findElement(child, name);
    if (found) {
      return found;
    }
  }
  return undefined;
}
