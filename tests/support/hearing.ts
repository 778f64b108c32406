import type { Message, MessageContract } from '../../src/contracts/message.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Host } from '../../src/runtime/host/host.ts';

/** What a test platform and a bare host have in common. */
interface Ears {
  readonly platform: { readonly host: Host };
  readonly time: Clock;
}

/** The first message of a kind that a service says, or said, of a subject. Throws where none comes in time. */
export async function heard(
  { platform, time }: Ears,
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
