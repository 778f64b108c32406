/** A bundle of messages handed to the broker. */
export interface Sent {
  /** Of its first message. */
  readonly position: number;
  /** The position of the message before that one that the consumer gets. */
  readonly previous: number;
  /** How many messages. */
  readonly count: number;
}

interface Entry extends Sent {
  confirmed: boolean;
}

/**
 * What one channel handed to the broker and the broker has not confirmed, in the order in which it was sent: the n-th bundle
 * of a channel has the delivery tag n. Confirmed is only what nothing unconfirmed stands before.
 */
export class Unconfirmed {
  #entries: Entry[] = [];
  #front = 0;
  /** The delivery tag of the entry at the front. */
  #frontTag = 1;
  #messages = 0;

  /** How many messages lie between the oldest that is not confirmed and the newest sent. */
  get messages(): number {
    return this.#messages;
  }

  /** And how many bundles. */
  get bundles(): number {
    return this.#entries.length - this.#front;
  }

  /** What the next publisher would begin with, were this the end. */
  get oldest(): Sent | undefined {
    return this.#entries[this.#front];
  }

  add(sent: Sent): void {
    this.#entries.push({ ...sent, confirmed: false });
    this.#messages += sent.count;
  }

  /** The broker has the bundle, or with `multiple` all up to it. */
  confirm(tag: number, multiple: boolean): void {
    const index = this.#front + tag - this.#frontTag;
    for (let at = multiple ? this.#front : Math.max(index, this.#front); at <= index; at += 1) {
      const entry = this.#entries[at];
      if (entry) entry.confirmed = true;
    }
    this.#moveOn();
  }

  /** The bundle with the delivery tag; undefined where it and all before it are confirmed. */
  at(tag: number): Sent | undefined {
    return tag < this.#frontTag ? undefined : this.#entries[this.#front + tag - this.#frontTag];
  }

  #moveOn(): void {
    for (let entry = this.#entries[this.#front]; entry?.confirmed; entry = this.#entries[this.#front]) {
      this.#front += 1;
      this.#frontTag += 1;
      this.#messages -= entry.count;
    }
    if (this.#front === this.#entries.length) {
      this.#entries = [];
      this.#front = 0;
    } else if (this.#front > 4_096) {
      this.#entries = this.#entries.slice(this.#front);
      this.#front = 0;
    }
  }
}
