import type { CommandItem, Item, MessageItem } from './item.ts';

/** A queue that is read from its front, and keeps no more of what was taken than of what stays. */
class Queue<Entry> {
  #entries: Entry[] = [];
  #front = 0;

  get length(): number {
    return this.#entries.length - this.#front;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Takes up to `most` entries from the front. */
  take(most: number): Entry[] {
    const taken = this.#entries.slice(this.#front, this.#front + most);
    this.#front += taken.length;
    if (this.#front === this.#entries.length) {
      this.#entries = [];
      this.#front = 0;
    } else if (this.#front > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#front);
      this.#front = 0;
    }
    return taken;
  }
}

/** What kind of work a batch takes: each waits for rows of its own, and has places that the other cannot take. */
export type Track = 'requests' | 'messages';

/** Where work waits for the next batch: urgent requests have reserved places among requests. */
export class Lanes {
  /** What was begun by requests that are decided and not committed. */
  readonly steps = new Queue<CommandItem>();
  readonly urgent = new Queue<CommandItem>();
  readonly requests = new Queue<CommandItem>();
  readonly messages = new Queue<MessageItem>();

  waiting(track: Track): number {
    return track === 'messages' ? this.messages.length : this.steps.length + this.urgent.length + this.requests.length;
  }

  push(item: Item): void {
    if (item.kind === 'message') this.messages.push(item);
    else if (item.step?.isNext) this.steps.push(item);
    else if (item.urgent) this.urgent.push(item);
    else this.requests.push(item);
  }

  /** All requests that wait; messages stay where they are. */
  takeRequests(): CommandItem[] {
    return [this.steps, this.urgent, this.requests].flatMap((queue) => queue.take(queue.length));
  }

  /** The next of a kind; of requests, three quarters are reserved for urgent ones. */
  take(track: Track, most: number): Item[] {
    if (track === 'messages') return this.messages.take(most);
    const steps = this.steps.take(most);
    const left = most - steps.length;
    const reserved = Math.ceil((left * 3) / 4);
    const urgent = this.urgent.take(Math.max(reserved, left - this.requests.length));
    return [...steps, ...urgent, ...this.requests.take(left - urgent.length)];
  }
}
