import type { ConsumeMessage } from 'amqplib/callback_api';
import type { Message } from '#contracts/message.ts';
import { fromCloudEvent, UnreadableMessage } from '../cloud-event.ts';
import { eventsOf, isOfBatch } from '../cloud-event-batch.ts';

/**
 * The header with the position of the message before it that the subscription gets: where a broker's message has several of
 * ours, before the first; each of the others comes after the one before it there.
 */
export const previousHeader = 'previous';

/** A message and the position of the one before it, or bytes that are none. */
export type Read =
  | { readonly kind: 'message'; readonly message: Message; readonly previous: number }
  | { readonly kind: 'unreadable'; readonly bytes: Uint8Array; readonly reason: string };

/** All that one message of the broker's holds, in its order; one that cannot be read spoils no other. */
export function readDelivery({ content, properties }: ConsumeMessage, sources: ReadonlySet<string>): Read[] {
  let previous: number | undefined;
  let events: readonly Uint8Array[] = [];
  try {
    events = isOfBatch(properties.contentType) ? eventsOf(content) : [content];
    previous = positionIn(properties.headers?.[previousHeader]);
  } catch (error) {
    return [unreadable(content, error)];
  }
  return events.map((bytes) => {
    const read = readEvent(bytes, previous, sources);
    previous = read.kind === 'message' ? read.message.position : undefined;
    return read;
  });
}

/**
 * Where it is not known what comes before, all that might is taken for missing: the message has its effect, and the cursor
 * waits until it is published again.
 */
function readEvent(bytes: Uint8Array, known: number | undefined, sources: ReadonlySet<string>): Read {
  try {
    const message = fromCloudEvent(bytes);
    const { source, position } = message;
    if (!sources.has(source)) throw new UnreadableMessage(`this queue is not for what ${source} says`);
    const previous = known ?? position - 1;
    if (previous >= position) throw new UnreadableMessage(`at ${position} it comes after ${previous}`);
    return { kind: 'message', message, previous };
  } catch (error) {
    return unreadable(bytes, error);
  }
}

function positionIn(header: unknown): number {
  if (Number.isSafeInteger(header) && (header as number) >= 0) return header as number;
  throw new UnreadableMessage(`its header “${previousHeader}” is ${JSON.stringify(header)}`);
}

function unreadable(bytes: Uint8Array, error: unknown): Read {
  if (!(error instanceof UnreadableMessage)) throw error;
  return { kind: 'unreadable', bytes, reason: error.message };
}
