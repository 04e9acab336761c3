import { DotenvDocument } from './DotenvDocument';
import { NodeDocument } from './NodeDocument';
import { SopsDocument, SopsFormat } from './SopsDocument';
import { SopsError } from './SopsError';

/** What only an encrypted file of a format holds. */
const MARKS: Readonly<Record<SopsFormat, string>> = {
  json: '"mac": "ENC[',
  binary: '"mac": "ENC[',
  dotenv: 'sops_mac=ENC[',
  ini: '[sops]',
  yaml: 'mac: ENC[',
};

/** Whether a file of a format is one that SOPS encrypted (as Flux tells them). */
export function isEncrypted(content: Buffer, format: SopsFormat): boolean {
  return content.includes(MARKS[format]);
}

/** The format of what is in a Secret, whose keys say only how to write it. */
export function detectFormat(content: Buffer): SopsFormat | undefined {
  return (['json', 'dotenv', 'ini', 'yaml'] as const).find(format =>
    isEncrypted(content, format),
  );
}

/** By the end of a name; what has none that is known is taken as it is. */
export function formatOf(path: string): SopsFormat {
  if (/\.(json|dockerconfigjson)$/.test(path)) {
    return 'json';
  }
  if (/\.ya?ml$/.test(path)) {
    return 'yaml';
  }
  if (path.endsWith('.env')) {
    return 'dotenv';
  }
  return path.endsWith('.ini') ? 'ini' : 'binary';
}

/** @throws SopsError */
export function readDocument(
  content: Buffer,
  format: SopsFormat,
): SopsDocument {
  const text = content.toString('utf8');
  switch (format) {
    case 'yaml':
      return NodeDocument.parse(text, 'yaml');
    case 'json':
    case 'binary':
      return NodeDocument.parse(text, 'json');
    case 'dotenv':
      return new DotenvDocument(text);
    default:
      throw new SopsError('SOPS_FORMAT', 'INI files are not read yet');
  }
}
