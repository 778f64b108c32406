import { services } from '../../src/apps/services.ts';
import { rabbitmqQueues } from '../../src/runtime/bus/rabbitmq/queues.ts';
import { testBroker } from './broker.ts';

/** Removes the queues of the platform of this name. */
export async function removeQueues(prefix: string): Promise<void> {
  const interests = services.flatMap((consumer) =>
    services
      .filter(({ says }) => consumer.hears.some(({ contract }) => says.includes(contract)))
      .map((source) => ({ consumer: consumer.name, source: source.name })),
  );
  await rabbitmqQueues(await testBroker(), prefix, interests).remove();
}
