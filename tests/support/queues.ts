import { services } from '../../src/apps/services.ts';
import { rabbitmqQueues } from '../../src/runtime/bus/rabbitmq/queues.ts';

/** Removes the queues that the platform of this name has at the broker. */
export async function removeQueues(brokerUrl: string, prefix: string): Promise<void> {
  const interests = services.flatMap((consumer) =>
    services
      .filter(({ says }) => consumer.hears.some(({ contract }) => says.includes(contract)))
      .map((source) => ({ consumer: consumer.name, source: source.name })),
  );
  await rabbitmqQueues(brokerUrl, prefix, interests).remove();
}
