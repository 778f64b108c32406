import { inspect } from 'node:util';
import { type Platform, startPlatform } from '../../../src/apps/platform.ts';
import type { Operation } from '../../../src/contracts/operation.ts';
import { type MovableTime, movableTime } from '../../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../../src/runtime/seams/system-time.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { failOnce } from '../fail-once.ts';
import type { Order, Ordered, Told, WorkDone } from './orders.ts';

/** A process of a platform under test. The test that forked it starts a part of the platform here, moves its time, breaks it. */
interface Running {
  readonly platform: Platform;
  readonly time: MovableTime;
}

let running: Running | undefined;

function present(): Running {
  if (!running) throw new Error('nothing runs here');
  return running;
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'start': {
      const time = movableTime(() => systemClock.now());
      const platform = await startPlatform({ environment: order.environment, run: order.run, time });
      running = { platform, time };
      await isWhole(running);
      return platform.url;
    }
    case 'move':
      return present().time.move(order.byMs);
    case 'fail once':
      return failOnce(present().platform.host, order.service, order.point);
    case 'ask':
      return ask(present().platform, order.service, order.operation, order.input);
    case 'tell':
      return workDone(present().platform);
    case 'stop': {
      const { platform } = present();
      running = undefined;
      return platform.stop();
    }
  }
}

/** Ready, with a broker and with the demo shop open: that goes on behind the start. */
async function isWhole({ platform, time }: Running): Promise<void> {
  for (;;) {
    const answer = await fetch(`${platform.internalUrl}/readyz`);
    const told = (await answer.json()) as object;
    if (answer.status === 200 && !('degraded' in told)) return;
    await time.wait(20);
  }
}

async function workDone({ host }: Platform): Promise<WorkDone> {
  const [node] = host.nodes.values();
  if (!node) throw new Error('nothing ran here');
  const { calls, lag } = node.context.metrics;
  return { answered: observations(await calls.get()), heard: observations(await lag.get()) };
}

/** Of a histogram. */
function observations({ values }: { values: readonly { metricName?: string; value: number }[] }): number {
  return values.reduce((sum, { metricName, value }) => (metricName?.endsWith('_count') ? sum + value : sum), 0);
}

async function ask({ host }: Platform, service: string, name: string, input: CallInput<Operation>): Promise<unknown> {
  const context = host.nodes.get(service)?.context;
  const operation = host.dispatcher.endpoints().find((endpoint) => endpoint.operation.name === name)?.operation;
  if (!context || !operation) throw new Error(`${service} does not run here, or does not know ${name}`);
  return context.call(operation, input, context.timer('test'));
}

const tell = (told: Told): void => void process.send?.(told);

process.on('message', ({ id, order }: Ordered) => {
  carryOut(order).then(
    (answer) => tell({ id, answer }),
    (error: unknown) => tell({ id, failure: inspect(error) }),
  );
});
// Nobody is left who could stop it.
process.on('disconnect', () => process.exit(1));
