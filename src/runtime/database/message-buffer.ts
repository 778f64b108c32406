const firstBytes = 65_536;
/** What an unusually large message needed is given back after it. */
const keptBytesMost = 4 * 1024 * 1024;

/**
 * One message to the server after the other, each built up piece by piece: integers in network byte order, texts in UTF-8
 * (PostgreSQL 18, 54.6 Message Data Types).
 */
export class MessageBuffer {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of all that was put since the last time, which begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(taken, 0, 0, this.#length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptBytesMost) this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
  }

  /** Forgets what was put behind `length`. */
  cut(length: number): void {
    this.#length = length;
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#length += 2;
    this.int16At(this.#length - 2, value);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#length += 4;
    this.int32At(this.#length - 4, value);
  }

  /** A whole number up to 2^53, on either side. */
  int64(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.int32(high);
    this.int32(value - high * 2 ** 32);
  }

  bigint64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  /** Instead of two bytes that were put before. */
  int16At(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** Instead of four bytes that were put before. */
  int32At(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  /** How many bytes it took. */
  text(text: string): number {
    this.#reserve(text.length * 3);
    const bytes = this.#bytes.write(text, this.#length);
    this.#length += bytes;
    return bytes;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
