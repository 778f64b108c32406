import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive as a server writes it that streams: sizes and checksum follow each file, names are in GBK. */
export function zipOf(files: readonly { readonly name: Buffer; readonly content: Buffer }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const packed = deflateRawSync(content);
    const sums = uint32s(crc32(content), packed.length, content.length);
    // Version 2.0, sizes later (flag 3), deflated, and the time of 1 January 1980.
    const common = uint16s(20, 8, 8, 0, 0x21);
    const local = [uint32s(0x04034b50), common, Buffer.alloc(12), uint16s(name.length, 0), name];
    const entry = [...local, packed, uint32s(0x08074b50), sums];
    directory.push(
      ...[uint32s(0x02014b50), uint16s(20), common, sums, uint16s(name.length, 0, 0, 0, 0), uint32s(0, offset), name],
    );
    parts.push(...entry);
    offset += entry.reduce((sum, part) => sum + part.length, 0);
  }
  const directoryBytes = Buffer.concat(directory);
  const end = [
    uint32s(0x06054b50),
    uint16s(0, 0, files.length, files.length),
    uint32s(directoryBytes.length, offset),
    uint16s(0),
  ];
  return Buffer.concat([...parts, directoryBytes, ...end]);
}

function uint16s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
}

function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}
