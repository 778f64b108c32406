import type { ConsumeMessage } from 'amqplib/callback_api';
import type { Message } from '#contracts/message.ts';
import { fromCloudEvent, UnreadableMessage } from '../cloud-event.ts';

/** The header with the position of the message before it that the subscription gets. */
export const previousHeader = 'previous';

/** What came, and the position of the message before it. @throws UnreadableMessage */
export function readDelivery(
  { content, properties }: ConsumeMessage,
  sources: ReadonlySet<string>,
): { readonly message: Message; readonly previous: number } {
  const message = fromCloudEvent(content);
  if (!sources.has(message.source)) throw new UnreadableMessage(`this queue is not for what ${message.source} says`);
  const previous: unknown = properties.headers?.[previousHeader];
  if (!isPosition(previous) || previous >= message.position) {
    throw new UnreadableMessage(`its header “${previousHeader}” is ${JSON.stringify(previous)}`);
  }
  return { message, previous };
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
