import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type OwnBroker, startOwnBroker } from '../../src/runtime/bus/rabbitmq/own-broker.ts';
import { rabbitmqBus } from '../../src/runtime/bus/rabbitmq/rabbitmq.ts';
import { startTestHost } from '../support/host.ts';
import { busConformance } from './bus-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'suanpan-broker-'));
let broker: OwnBroker;

beforeAll(async () => {
  broker = await startOwnBroker({ folder });
});

afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

busConformance('rabbitmq', (services, options) =>
  startTestHost(services, {
    ...options,
    bus: (means, namespace) => rabbitmqBus({ url: broker.url, namespace, ...means }),
  }),
);
