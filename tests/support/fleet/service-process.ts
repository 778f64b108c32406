import { type Platform, startPlatform } from '../../../src/apps/platform.ts';
import type { Operation } from '../../../src/contracts/operation.ts';
import { movableTime } from '../../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../../src/runtime/seams/system-time.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { failOnce } from '../fail-once.ts';
import type { Order, Ordered, Part, Told } from './orders.ts';

/** One process of a platform under test. The test that forked it moves its time and breaks it by orders. */
const { run } = JSON.parse(process.argv[2] ?? '') as Part;
const tell = (told: Told): void => void process.send?.(told);

const time = movableTime(() => systemClock.now());
const platform = await startPlatform({ environment: process.env, run, time });

const carryOut = async (order: Order): Promise<unknown> => {
  switch (order.kind) {
    case 'move':
      return time.move(order.byMs);
    case 'fail once':
      return failOnce(platform.host, order.service, order.point);
    case 'ask':
      return ask(platform, order.service, order.operation, order.input);
    case 'stop':
      return platform.stop();
  }
};

process.on('message', ({ id, order }: Ordered) => {
  carryOut(order).then(
    (answer) => tell({ kind: 'done', id, answer }),
    (error: unknown) => tell({ kind: 'failed', id, reason: error instanceof Error ? `${error.stack}` : `${error}` }),
  );
});
// Nobody is left who could stop it.
process.on('disconnect', () => process.exit(1));
tell({ kind: 'up', ...(platform.url && { url: platform.url }) });

async function ask({ host }: Platform, service: string, name: string, input: CallInput<Operation>): Promise<unknown> {
  const context = host.nodes.get(service)?.context;
  const operation = host.dispatcher.endpoints().find((endpoint) => endpoint.operation.name === name)?.operation;
  if (!context || !operation) throw new Error(`${service} does not run here, or does not know ${name}`);
  return context.call(operation, input, context.timer('test'));
}
