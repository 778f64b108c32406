import type { Message } from '#contracts/message.ts';
import { toCloudEvent } from '../cloud-event.ts';

const slots = 2_048;

/** The newest messages of one log as they go over the wire: written once, however many consumers get them. */
export class Bodies {
  readonly #messages: (Message | undefined)[] = Array.from({ length: slots });
  readonly #bodies: (Buffer | undefined)[] = Array.from({ length: slots });

  of(message: Message): Buffer {
    const slot = message.position % slots;
    const known = this.#bodies[slot];
    if (known && this.#messages[slot] === message) return known;
    const body = Buffer.from(toCloudEvent(message));
    this.#messages[slot] = message;
    this.#bodies[slot] = body;
    return body;
  }
}
