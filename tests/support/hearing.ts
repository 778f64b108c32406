import { runtimeOperations } from '../../src/contracts/http/runtime.ts';
import type { Message, MessageContract } from '../../src/contracts/message.ts';
import { eventually } from './eventually.ts';
import type { TestShop } from './shop.ts';

/** The first message of a kind that its service says, or said, of a subject. Throws where none comes in time. */
export function heard(
  { history }: Pick<TestShop, 'history'>,
  contract: MessageContract,
  key: string,
): Promise<Message> {
  const service = contract.type.slice(0, contract.type.indexOf('.'));
  return eventually(async () => {
    const message = (await history(service, key)).find(({ type }) => type === contract.type);
    if (!message) throw new Error(`${contract.type} of ${key} was not said`);
    return message;
  });
}

/** Until the service has heard all that has been said. */
export async function untilHeard(shop: Pick<TestShop, 'askAs'>, consumer: string): Promise<void> {
  await eventually(async () => {
    const messages = await unheardBy(shop, consumer);
    if (messages > 0) throw new Error(`${consumer} has not heard ${messages} messages`);
  });
}

/** How many messages the service is still to hear of all that has been said. */
export async function unheardBy({ askAs }: Pick<TestShop, 'askAs'>, consumer: string): Promise<number> {
  const { history } = runtimeOperations(consumer);
  const { heard: sources } = (await askAs('gateway', history, { body: { key: 'nothing', traceIds: [] } })).body;
  const counts = await Promise.all(
    sources.map(async ({ source, position, types }) => {
      const { unheard } = runtimeOperations(source);
      return (await askAs('gateway', unheard, { body: { position, types } })).body.messages;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
