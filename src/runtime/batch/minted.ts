import type { IdKind, Ids } from '#kernel/ids.ts';
import { Recent } from './recent.ts';

/** Never part of a key that rows are looked up by. */
const unsought: ReadonlySet<IdKind> = new Set(['request', 'notification', 'deadLetter']);
const uuidLength = 36;
const rememberedLeast = 8_192;

/**
 * The ids that this process has made of late, in the order in which it did. No row can have a key with one of them but those
 * written since: who knows all rows written since need not look for others.
 */
export class Minted implements Ids {
  readonly #ids: Ids;
  readonly #places = new Recent<number>(rememberedLeast);
  #count = 0;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  next(kind: IdKind): string {
    const id = this.#ids.next(kind);
    if (unsought.has(kind)) return id;
    this.#count += 1;
    this.#places.makeRoom();
    this.#places.set(id.slice(-uuidLength), this.#count);
    return id;
  }

  /** Whether the key ends with an id that is younger than the first `count`. */
  isYounger(key: string, count: number): boolean {
    return (this.#places.get(key.slice(-uuidLength)) ?? 0) > count;
  }
}
