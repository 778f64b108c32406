interface HealingOptions {
  /** Up to where the consumer has heard all. */
  readonly heard: () => Promise<number>;
  /** Whether nothing of it waits at the broker. */
  readonly isEmpty: () => Promise<boolean>;
  /** How often it must be seen to stand still behind an empty queue. */
  readonly sightings: number;
}

const patienceMost = 64;

/**
 * Finds a consumer that will never hear what the broker has confirmed: a queue that was purged or deleted, a broker that lost
 * its disk. Asked when nothing is under way; what was found to be heard is not asked for again. Publishing again is harmless,
 * so it may be wrong; where it did not help, it waits twice as long the next time.
 */
export class Healing {
  readonly #options: HealingOptions;
  #heardAll = 0;
  #heard = -1;
  #seen = 0;
  #patience = 1;

  constructor(options: HealingOptions) {
    this.#options = options;
  }

  /** Given the newest message published: where to publish again from, or undefined while all is well or it is too early to say. */
  async check(last: number): Promise<number | undefined> {
    if (last <= this.#heardAll) return undefined;
    const heard = await this.#options.heard();
    if (heard >= last) {
      this.#heardAll = last;
      return undefined;
    }
    if (heard !== this.#heard) {
      this.#heard = heard;
      this.#seen = 0;
      this.#patience = 1;
      return undefined;
    }
    this.#seen += 1;
    if (this.#seen < this.#options.sightings * this.#patience || !(await this.#options.isEmpty())) return undefined;
    this.#seen = 0;
    this.#patience = Math.min(this.#patience * 2, patienceMost);
    return heard;
  }
}
