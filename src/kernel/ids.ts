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

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** UUIDv7 ids; those of one millisecond are kept in order by the 12-bit counter (RFC 9562 §6.2, method 1). */
export function uuidv7Ids(now: () => Instant, randomBytes: RandomBytes): Ids {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  let lastMs = 0;
  let counter = 0;

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
  const hexOfPool = (count: number): string => {
    let text = '';
    for (let index = 0; index < count; index += 1) text += hexOf[pool[used + index] ?? 0];
    used += count;
    return text;
  };

  return {
    next(kind) {
      tick();
      if (used + 8 > pool.length) {
        randomBytes(pool);
        used = 0;
      }
      const time = lastMs.toString(16).padStart(12, '0');
      const variant = hexOf[0x80 | ((pool[used] ?? 0) & 0x3f)];
      used += 1;
      const sequence = counter.toString(16).padStart(3, '0');
      return `${idPrefixes[kind]}_${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${variant}${hexOfPool(1)}-${hexOfPool(6)}`;
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
