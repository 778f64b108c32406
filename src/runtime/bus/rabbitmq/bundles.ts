import { type Message, nameOf } from '#contracts/message.ts';
import { cloudEventMediaType } from '../cloud-event.ts';
import { cloudEventBatchMediaType, toCloudEventBatch } from '../cloud-event-batch.ts';
import type { Bodies } from './bodies.ts';

/** A message that is longer leaves alone. */
const bytesMost = 128 * 1024;

/** Consecutive messages of one subscription that leave as one message of the broker's. */
export interface Bundle {
  readonly content: Buffer;
  /** Properties of the broker's message. */
  readonly properties: { readonly contentType: string; readonly messageId: string; readonly type?: string };
  readonly first: Message;
  readonly last: Message;
  /** How many messages. */
  readonly count: number;
}

/** All of them in their order, in bundles of so many at most. */
export function bundlesOf(messages: readonly Message[], bodies: Bodies, most: number): Bundle[] {
  const bundles: Bundle[] = [];
  let waiting: Message[] = [];
  let contents: Buffer[] = [];
  let bytes = 0;
  const leave = (): void => {
    const bundle = bundleOf(waiting, contents);
    if (bundle) bundles.push(bundle);
    waiting = [];
    contents = [];
    bytes = 0;
  };
  for (const message of messages) {
    const content = bodies.of(message);
    if (waiting.length === most || bytes + content.length > bytesMost) leave();
    waiting.push(message);
    contents.push(content);
    bytes += content.length;
  }
  leave();
  return bundles;
}

/** One stands alone as ever. */
function bundleOf(messages: readonly Message[], contents: readonly Buffer[]): Bundle | undefined {
  const first = messages[0];
  const last = messages.at(-1);
  const [only] = contents;
  if (!first || !last || !only) return undefined;
  const messageId = nameOf(first);
  const count = messages.length;
  if (count === 1) {
    return {
      content: only,
      properties: { contentType: cloudEventMediaType, messageId, type: first.type },
      first,
      last,
      count,
    };
  }
  const content = toCloudEventBatch(contents);
  return { content, properties: { contentType: cloudEventBatchMediaType, messageId }, first, last, count };
}
