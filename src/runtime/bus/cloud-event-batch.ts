import { UnreadableMessage } from './cloud-event.ts';

/** `application/cloudevents-batch+json` (CloudEvents 1.0, JSON Event Format §4): an array of structured events. */
export const cloudEventBatchMediaType = 'application/cloudevents-batch+json; charset=utf-8';

/** Whether a media type is that of several events (CloudEvents 1.0, HTTP Protocol Binding §3: by how it begins). */
export function isOfBatch(mediaType: unknown): boolean {
  return typeof mediaType === 'string' && /^application\/cloudevents-batch/i.test(mediaType);
}

/** More in one array is nothing that a platform of this kind sends, and is not taken apart. */
export const eventsMost = 1_024;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const arrayBegins = 0x5b;
const arrayEnds = 0x5d;
const objectBegins = 0x7b;
const objectEnds = 0x7d;

/** Events as they stand alone, made into one array. */
export function toCloudEventBatch(events: readonly Buffer[]): Buffer {
  const batch = Buffer.allocUnsafe(events.reduce((length, event) => length + event.length + 1, 1));
  let at = 0;
  for (const event of events) {
    batch[at] = at === 0 ? arrayBegins : comma;
    at += 1 + event.copy(batch, at + 1);
  }
  batch[at] = arrayEnds;
  return batch;
}

/**
 * The bytes of each event of a batch, none of which is looked at: whatever is wrong with one is wrong with that one alone.
 * @throws UnreadableMessage where it is no array, or nobody knows of what
 */
export function eventsOf(batch: Uint8Array): Uint8Array[] {
  let at = skipBlanks(batch, 0);
  if (batch[at] !== arrayBegins) throw new UnreadableMessage('it is no array of events');
  const events: Uint8Array[] = [];
  let from = at + 1;
  let depth = 0;
  for (; at < batch.length; at += 1) {
    const byte = batch[at];
    if (byte === quote) at = endOfString(batch, at);
    else if (byte === arrayBegins || byte === objectBegins) depth += 1;
    else if (byte === arrayEnds || byte === objectEnds) {
      depth -= 1;
      if (depth === 0) break;
    } else if (byte === comma && depth === 1) {
      events.push(batch.subarray(from, at));
      from = at + 1;
      if (events.length === eventsMost) throw new UnreadableMessage(`it is an array of more than ${eventsMost} events`);
    }
  }
  if (batch[at] !== arrayEnds || skipBlanks(batch, at + 1) < batch.length)
    throw new UnreadableMessage('it is an array of events without an end, or with something behind it');
  if (events.length === 0 && skipBlanks(batch, from) === at) throw new UnreadableMessage('it is an array of no events');
  events.push(batch.subarray(from, at));
  return events;
}

/** Where the closing quotation mark is. */
function endOfString(bytes: Uint8Array, begin: number): number {
  let at = begin + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

/** Blanks of JSON (RFC 8259 §2). */
function skipBlanks(bytes: Uint8Array, begin: number): number {
  let at = begin;
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  return at;
}
