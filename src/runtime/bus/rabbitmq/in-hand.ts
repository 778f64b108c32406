/** What has a delivery tag: on each channel they count 1, 2, 3 … */
interface Tagged {
  readonly tag: number;
}

const settled = Symbol('settled');

/**
 * What one channel delivered and was not acknowledged yet. It is settled in any order, and acknowledged up to the first that is
 * not settled: one word to the broker for many messages.
 */
export class InHand<Entry extends Tagged> {
  #entries: (Entry | typeof settled)[] = [];
  #front = 0;
  #frontTag = 1;
  #acknowledged = 0;
  #unsettled = 0;

  /** How many are not settled. */
  get size(): number {
    return this.#unsettled;
  }

  /** In the order of the tags, none left out. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#unsettled += 1;
  }

  /** Puts another in the place of the one with the same tag, unless that is settled. */
  replace(entry: Entry): void {
    const index = this.#indexOf(entry.tag);
    if (this.#isUnsettled(index)) this.#entries[index] = entry;
  }

  /** Settled twice is settled once. */
  settle(tag: number): void {
    const index = this.#indexOf(tag);
    if (!this.#isUnsettled(index)) return;
    this.#entries[index] = settled;
    this.#unsettled -= 1;
  }

  /** The tag up to which all can be acknowledged at once, where that is more than the last time. */
  acknowledge(): number | undefined {
    const before = this.#front;
    while (this.#entries[this.#front] === settled) this.#front += 1;
    this.#frontTag += this.#front - before;
    if (this.#front === this.#entries.length) {
      this.#entries = [];
      this.#front = 0;
    } else if (this.#front > 4_096) {
      this.#entries = this.#entries.slice(this.#front);
      this.#front = 0;
    }
    const tag = this.#frontTag - 1;
    if (tag === this.#acknowledged) return undefined;
    this.#acknowledged = tag;
    return tag;
  }

  /** What is not settled, in the order in which it came. */
  unsettled(): Entry[] {
    return this.#entries.slice(this.#front).filter((entry) => entry !== settled);
  }

  #indexOf(tag: number): number {
    return this.#front + tag - this.#frontTag;
  }

  #isUnsettled(index: number): boolean {
    if (index < this.#front) return false;
    const entry = this.#entries[index];
    return entry !== undefined && entry !== settled;
  }
}
