import type { Message, MessageContract } from '../../src/contracts/message.ts';
import type { TestPlatform } from './platform.ts';

/** The first message of a kind that a service says, or said, of a subject. Throws where none comes in time. */
export async function heard(
  { platform, time }: Pick<TestPlatform, 'platform' | 'time'>,
  contract: MessageContract,
  key: string,
  withinMs = 20_000,
): Promise<Message> {
  const service = contract.type.slice(0, contract.type.indexOf('.'));
  const node = platform.host.nodes.get(service);
  if (!node) throw new Error(`${service} does not run here`);
  const isIt = (message: Message): Message | undefined => (message.type === contract.type ? message : undefined);
  // Listening begins before the look back: what is said in between is heard or found.
  const comes = node.context.said(key, isIt, time.now() + withinMs);
  const message = (await node.log.history(key)).find(isIt) ?? (await comes);
  if (!message) throw new Error(`${contract.type} of ${key} was not said within ${withinMs} ms`);
  return message;
}
