import { gzipSync } from 'node:zlib';

/** A packed chart: a gzipped tar with all files below one directory, if it has a name. */
export function packFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  directory = 'web',
): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const data = Buffer.from(content);
    const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
    const path = directory === '' ? name : `${directory}/${name}`;
    return [header(path, data.length), data, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The header of a file, in the form of ustar. */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number) => value.toString(8).padStart(11, '0');
  block.write(name, 0, 100);
  block.write('0000644\0', 100);
  block.write(`${octal(size)}\0`, 124);
  block.write(`${octal(0)}\0`, 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
