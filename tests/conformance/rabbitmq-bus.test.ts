import { describe } from 'vitest';
import { rabbitmqBus } from '../../src/runtime/bus/rabbitmq/rabbitmq.ts';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { startTestHost } from '../support/host.ts';
import { busConformance } from './bus-suite.ts';

describe.skipIf(lacksBroker)('with RabbitMQ', () => {
  busConformance('rabbitmq', async (services, options) => {
    const url = await testBroker();
    return startTestHost(services, {
      ...options,
      bus: (means, namespace) => rabbitmqBus({ url, namespace, ...means }),
    });
  });
});
