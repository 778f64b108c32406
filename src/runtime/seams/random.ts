import { randomFillSync } from 'node:crypto';

/** The one source of chance: a simulation replaces it by a seeded one. */
export interface Random {
  /** Fills the array with bytes; cryptographically strong in production. */
  bytes(target: Uint8Array): void;
  /** Uniform in [0, 1). */
  fraction(): number;
}

export function systemRandom(): Random {
  const word = new Uint32Array(1);
  return {
    bytes(target) {
      randomFillSync(target);
    },
    fraction() {
      randomFillSync(word);
      return (word[0] ?? 0) / 2 ** 32;
    },
  };
}

/** The same seed gives the same sequence (splitmix32); for tests and simulations only. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    bytes(target) {
      for (let index = 0; index < target.length; index += 1) target[index] = next() & 0xff;
    },
    fraction: () => next() / 2 ** 32,
  };
}
