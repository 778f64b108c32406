import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

/** A file within an archive, not unpacked yet. */
export interface Entry {
  /** As it stands there; Alipay writes names in GBK. */
  readonly name: Uint8Array;
  readonly sizeBytes: number;
  /** Unpacks bit by bit; throws at the end where size or checksum differ. */
  unpack(): AsyncIterable<Uint8Array>;
}

export class ZipError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ZipError';
  }
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const fileSignature = 0x04034b50;
const endBytes = 22;
const commentMostBytes = 0xffff;

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= endBytes && [fileSignature, endSignature].includes(viewOf(bytes).readUInt32LE(0));
}

/**
 * The files of an archive by its directory at the end (PKWARE's APPNOTE 4.3), which knows sizes also where files were streamed.
 */
export function entriesOf(bytes: Uint8Array): Entry[] {
  const view = viewOf(bytes);
  const end = endOf(view);
  const entries: Entry[] = [];
  let at = view.readUInt32LE(end + 16);
  for (let left = view.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (at + 46 > view.length || view.readUInt32LE(at) !== entrySignature) throw new ZipError('a broken directory');
    const nameEnd = at + 46 + view.readUInt16LE(at + 28);
    entries.push(entryOf(view, at, view.subarray(at + 46, nameEnd)));
    at = nameEnd + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(view: Buffer): number {
  for (let at = view.length - endBytes; at >= Math.max(0, view.length - endBytes - commentMostBytes); at -= 1) {
    if (view.readUInt32LE(at) === endSignature) return at;
  }
  throw new ZipError('not a whole zip archive');
}

function entryOf(view: Buffer, at: number, name: Uint8Array): Entry {
  const [method, checksum] = [view.readUInt16LE(at + 10), view.readUInt32LE(at + 16)];
  const [packedBytes, sizeBytes] = [view.readUInt32LE(at + 20), view.readUInt32LE(at + 24)];
  const fileAt = view.readUInt32LE(at + 42);
  if (view.readUInt16LE(at + 8) & 1) throw new ZipError('an archive under a password');
  if (method !== 0 && method !== 8) throw new ZipError(`packed by method ${method}`);
  if (fileAt + 30 > view.length || view.readUInt32LE(fileAt) !== fileSignature) throw new ZipError('a file is missing');
  const start = fileAt + 30 + view.readUInt16LE(fileAt + 26) + view.readUInt16LE(fileAt + 28);
  const packed = view.subarray(start, start + packedBytes);
  if (packed.length !== packedBytes) throw new ZipError('a file is cut off');
  return { name, sizeBytes, unpack: () => unpacked(packed, { method, sizeBytes, checksum }) };
}

async function* unpacked(
  packed: Uint8Array,
  told: { readonly method: number; readonly sizeBytes: number; readonly checksum: number },
): AsyncIterable<Uint8Array> {
  const source = Readable.from([packed]);
  const inflate = createInflateRaw();
  // Also passes on errors: what iterates over the last one hears of them.
  const parts = told.method === 0 ? source : source.on('error', (error) => inflate.destroy(error)).pipe(inflate);
  let [length, checksum] = [0, 0];
  try {
    for await (const part of parts as AsyncIterable<Uint8Array>) {
      length += part.length;
      // A small archive can unpack to more than a disk holds.
      if (length > told.sizeBytes) break;
      checksum = crc32(part, checksum);
      yield part;
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError('a file cannot be unpacked');
  }
  if (length !== told.sizeBytes || checksum !== told.checksum) throw new ZipError('a file is damaged');
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
