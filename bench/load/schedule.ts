/**
 * Arrivals at even distances, whatever becomes of those before: a request that comes late because the one before it was slow is
 * late all the same, and its latency counts from the instant at which it was to come (no coordinated omission).
 */
export class Schedule {
  readonly count: number;
  readonly #everyMs: number;
  #next = 0;

  constructor(perSecond: number, seconds: number) {
    this.#everyMs = 1_000 / perSecond;
    this.count = Math.floor(perSecond * seconds);
  }

  /** When an arrival is due, in milliseconds after the start. */
  dueMs(index: number): number {
    return index * this.#everyMs;
  }

  /** Numbers of the arrivals that have become due since it was asked last. */
  *due(elapsedMs: number): Generator<number> {
    while (this.#next < this.count && this.dueMs(this.#next) <= elapsedMs) {
      this.#next += 1;
      yield this.#next - 1;
    }
  }

  get isOver(): boolean {
    return this.#next >= this.count;
  }

  /** Until the next arrival, at least 0. */
  waitMs(elapsedMs: number): number {
    return Math.max(0, this.dueMs(this.#next) - elapsedMs);
  }
}
