import type { Instant } from './clock.ts';

/** The prefixes of public ids. The rest of an id is a UUIDv7 (RFC 9562 §5.7): ids sort by the time they were made. */
export const idPrefixes = {
  user: 'usr',
  session: 'ses',
  address: 'adr',
  product: 'prd',
  order: 'ord',
  payment: 'pay',
  attempt: 'att',
  refund: 'rfd',
  shipment: 'shp',
  topUp: 'top',
  journal: 'jnl',
  notification: 'ntf',
  deadLetter: 'dlt',
  audit: 'adt',
  request: 'req',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Makes ids. Time and randomness are handed in, so that a simulation decides them by its seed. */
export interface Ids {
  next(kind: IdKind): string;
}

/** Fills the array with random bytes. */
export type RandomBytes = (target: Uint8Array) => void;

const digitCodes = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const blank = 'xxx_xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx';
/** Where an id has the digits of its time and of its counter, the lowest first, and its random bytes, two digits each. */
const timeAt = [16, 15, 14, 13, 11, 10, 9, 8, 7, 6, 5, 4];
const counterAt = [21, 20, 19];
const bytesAt = [23, 25, 28, 30, 32, 34, 36, 38];

/** UUIDv7 ids; those of one millisecond are kept in order by the 12-bit counter (RFC 9562 §6.2, method 1). */
export function uuidv7Ids(now: () => Instant, randomBytes: RandomBytes): Ids {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  let lastMs = 0;
  let counter = 0;
  // An id of one piece: one that is joined of several is put together and hashed wherever it is first looked up.
  const codes = Array.from(blank, (letter) => letter.charCodeAt(0));

  const tick = (): void => {
    const ms = now();
    if (ms > lastMs) {
      lastMs = ms;
      counter = 0;
    } else if (counter === 0xfff) {
      lastMs += 1;
      counter = 0;
    } else {
      counter += 1;
    }
  };
  const putDigit = (place: number, digit: number): void => {
    codes[place] = digitCodes[digit] ?? 0;
  };
  const putNumber = (value: number, places: readonly number[]): void => {
    let rest = value;
    for (const place of places) {
      putDigit(place, rest % 16);
      rest = Math.floor(rest / 16);
    }
  };
  const putBytes = (): void => {
    if (used + bytesAt.length > pool.length) {
      randomBytes(pool);
      used = 0;
    }
    // The two highest bits are the variant (RFC 9562 §4.1).
    pool[used] = 0x80 | ((pool[used] ?? 0) & 0x3f);
    for (const place of bytesAt) {
      const byte = pool[used] ?? 0;
      putDigit(place, byte >> 4);
      putDigit(place + 1, byte & 15);
      used += 1;
    }
  };

  return {
    next(kind) {
      tick();
      const prefix = idPrefixes[kind];
      for (let letter = 0; letter < prefix.length; letter += 1) codes[letter] = prefix.charCodeAt(letter);
      putNumber(lastMs, timeAt);
      putNumber(counter, counterAt);
      putBytes();
      return String.fromCharCode(...codes);
    },
  };
}

const uuidv7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** Sorts before all ids of this kind made at that moment or later, and behind all that were made before. */
export function idFloor(kind: IdKind, at: Instant): string {
  const time = Math.max(0, at).toString(16).padStart(12, '0');
  return `${idPrefixes[kind]}_${time.slice(0, 8)}-${time.slice(8)}`;
}

/** The pattern of an id of this kind, for schemas. */
export function idPattern(kind: IdKind): string {
  return `^${idPrefixes[kind]}_${uuidv7}$`;
}
