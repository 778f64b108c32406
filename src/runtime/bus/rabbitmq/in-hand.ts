/** What came in has places 1, 2, 3 …, in the order in which it came. */
interface Placed {
  readonly place: number;
}

interface Bundle {
  readonly tag: number;
  /** The place of the last that came with it. */
  readonly last: number;
}

const settled = Symbol('settled');

/**
 * What one channel delivered and was not acknowledged yet: bundles, each of one or several that are settled in any order. It is
 * acknowledged up to the first bundle of which something is not settled: one word to the broker for many messages.
 */
export class InHand<Entry extends Placed> {
  #entries: (Entry | typeof settled)[] = [];
  #bundles: Bundle[] = [];
  #front = 0;
  #frontPlace = 1;
  #unsettled = 0;

  /** How many are not settled. */
  get size(): number {
    return this.#unsettled;
  }

  /** How many bundles are not acknowledged. */
  get bundles(): number {
    return this.#bundles.length;
  }

  /** Where the next has its place. */
  get next(): number {
    return this.#frontPlace + this.#entries.length - this.#front;
  }

  /** What came with one delivery tag, at the next places. Tags count 1, 2, 3 …, none left out. */
  add(tag: number, entries: readonly Entry[]): void {
    this.#entries.push(...entries);
    this.#unsettled += entries.length;
    this.#bundles.push({ tag, last: this.next - 1 });
  }

  /** Puts another in the place of the one that has it, unless that is settled. */
  replace(entry: Entry): void {
    const index = this.#indexOf(entry.place);
    if (this.#isUnsettled(index)) this.#entries[index] = entry;
  }

  /** Settled twice is settled once. */
  settle(place: number): void {
    const index = this.#indexOf(place);
    if (!this.#isUnsettled(index)) return;
    this.#entries[index] = settled;
    this.#unsettled -= 1;
  }

  /** The tag up to which all can be acknowledged at once, where that is more than the last time. */
  acknowledge(): number | undefined {
    const before = this.#front;
    while (this.#entries[this.#front] === settled) this.#front += 1;
    this.#frontPlace += this.#front - before;
    if (this.#front === this.#entries.length) {
      this.#entries = [];
      this.#front = 0;
    } else if (this.#front > 4_096) {
      this.#entries = this.#entries.slice(this.#front);
      this.#front = 0;
    }
    const open = this.#bundles.findIndex(({ last }) => last >= this.#frontPlace);
    return this.#bundles.splice(0, open === -1 ? this.#bundles.length : open).at(-1)?.tag;
  }

  /** What is not settled, in the order in which it came. */
  unsettled(): Entry[] {
    return this.#entries.slice(this.#front).filter((entry) => entry !== settled);
  }

  #indexOf(place: number): number {
    return this.#front + place - this.#frontPlace;
  }

  #isUnsettled(index: number): boolean {
    if (index < this.#front) return false;
    const entry = this.#entries[index];
    return entry !== undefined && entry !== settled;
  }
}
