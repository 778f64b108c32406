import { expect, test } from 'vitest';
import { lacksOwnBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { auditBy } from './audits.ts';
import { run } from './processes/command.ts';
import { isRunning, makeDataDir } from './processes/data-dir.ts';
import { brokerOf, enter, environmentOf, orderIn, payAndConfirm, processesOf, urlOfApi } from './processes/split.ts';

test.skipIf(lacksOwnBroker)(
  'two of each: whoever kills the one that started them ends them all, and the next start goes on',
  async () => {
    await using dataDir = await makeDataDir();
    const left: string[] = [];
    await using first = run(['up', '--split', '--instances', '2'], environmentOf(dataDir));
    const shopper = await enter(await urlOfApi(first), 'shopper');
    expect([...processesOf(first).keys()].filter((name) => /^gateway-[12]$/.test(name))).toHaveLength(2);
    await payAndConfirm(shopper, await orderIn(shopper));
    left.push(await orderIn(shopper));
    await shopper.close();
    const pids = [...processesOf(first).values(), await brokerOf(dataDir)];
    expect(pids).toHaveLength(17);
    first.kill('SIGKILL');
    await eventually(async () => {
      expect(await Promise.all(pids.map(isRunning))).toEqual(pids.map(() => false));
    });

    await using second = run(['up', '--split', '--instances', '2'], environmentOf(dataDir));
    const url = await urlOfApi(second);
    const [again, operator] = await Promise.all([enter(url, 'shopper'), enter(url, 'administrator')]);
    for (const id of left) await payAndConfirm(again, id);
    expect((await auditBy(operator)).violations).toEqual([]);
    await Promise.all([again.close(), operator.close()]);
    second.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  },
);
