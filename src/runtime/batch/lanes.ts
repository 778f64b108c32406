import type { CommandItem, Item, MessageItem } from './item.ts';

/** A queue that is read from its front without moving what stays. */
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
    } else if (this.#front > 4096) {
      this.#entries = this.#entries.slice(this.#front);
      this.#front = 0;
    }
    return taken;
  }
}

/** Where work waits for the next batch: urgent requests have reserved places, requests and messages share the rest. */
export class Lanes {
  readonly urgent = new Queue<CommandItem>();
  readonly requests = new Queue<CommandItem>();
  readonly messages = new Queue<MessageItem>();

  get length(): number {
    return this.urgent.length + this.requests.length + this.messages.length;
  }

  push(item: Item): void {
    if (item.kind === 'message') this.messages.push(item);
    else if (item.urgent) this.urgent.push(item);
    else this.requests.push(item);
  }

  /** All requests that wait; messages stay where they are. */
  takeRequests(): CommandItem[] {
    return [...this.urgent.take(this.urgent.length), ...this.requests.take(this.requests.length)];
  }

  /** The next batch: three quarters reserved for urgent ones, at least half of what remains for messages, the rest for whoever waits. */
  take(most: number): Item[] {
    const reserved = Math.ceil((most * 3) / 4);
    const urgent = this.urgent.take(Math.max(reserved, most - this.messages.length - this.requests.length));
    const left = most - urgent.length;
    const messages = this.messages.take(Math.max(Math.ceil(left / 2), left - this.requests.length));
    const requests = this.requests.take(left - messages.length);
    return [...urgent, ...messages, ...requests];
  }
}
