import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacksOwnBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { auditBy } from './audits.ts';
import { type Command, run } from './processes/command.ts';
import { type DataDir, isRunning, makeDataDir, postgresOf } from './processes/data-dir.ts';
import { brokerOf, enter, environmentOf, orderIn, payAndConfirm, processesOf, urlOfApi } from './processes/split.ts';

const patience = { timeout: 300_000 };

test.each([
  [['service', 'teapot'], /^suanpan: there is no service "teapot"; there are gateway, identity, catalog, .+\n$/],
  [['service', 'ordering'], /^suanpan: AMQP_URL is not set, and identity, .+ would run elsewhere: .+\n$/],
  [['up', '--instances', '2'], /^suanpan: several instances need processes of their own: add --split\n$/],
])('suanpan %j says in one line what is wrong', async (args, message) => {
  await using command = run(args);
  expect({ ...(await command.ended), said: command.stderr() }).toEqual({
    code: 1,
    signal: null,
    said: expect.stringMatching(message),
  });
});

describe.skipIf(lacksOwnBroker)('every service in a process of its own', () => {
  let dataDir: DataDir;
  let up: Command;
  let url: string;
  const left: string[] = [];

  beforeAll(async () => {
    dataDir = await makeDataDir();
    up = run(['up', '--split'], environmentOf(dataDir));
    url = await urlOfApi(up);
  }, 180_000);

  afterAll(async () => {
    await up?.[Symbol.asyncDispose]();
    await dataDir?.[Symbol.asyncDispose]();
  }, 90_000);

  test('comes up by one command; an order is placed, paid and confirmed across all of them', patience, async () => {
    expect([...processesOf(up).keys()].sort()).toEqual(
      [
        'catalog',
        'fulfillment',
        'gateway',
        'identity',
        'inventory',
        'notification',
        'ordering',
        'payment',
        'wallet',
      ].sort(),
    );
    const shopper = await enter(url, 'shopper');
    await payAndConfirm(shopper, await orderIn(shopper));
    await shopper.close();
  });

  test('one that is killed is started again at its place', patience, async () => {
    const shopper = await enter(url, 'shopper');
    process.kill(processesOf(up).get('ordering') ?? 0, 'SIGKILL');
    await eventually(() => expect(up.stderr()).toMatch(/^ordering +\| ended \(SIGKILL\); starting it again/m));
    await payAndConfirm(shopper, await orderIn(shopper));
    left.push(await orderIn(shopper));
    await shopper.close();
  });

  test('SIGTERM ends all of them, and what they stand on', patience, async () => {
    const pids = [...processesOf(up).values(), (await postgresOf(dataDir.path)) ?? 0, await brokerOf(dataDir)];
    expect(pids).toHaveLength(11);
    up.kill('SIGTERM');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    expect(await Promise.all(pids.map(isRunning))).toEqual(pids.map(() => false));
  });

  test('its store is drained, and goes on in one process', patience, async () => {
    await using drain = run(['bus', 'drain'], environmentOf(dataDir));
    expect({ ...(await drain.ended), said: drain.stdout(), stderr: drain.stderr() }).toMatchObject({
      code: 0,
      said: expect.stringContaining('The queues are removed. The store may be started on any bus.'),
    });
    await using start = run(['start'], environmentOf(dataDir));
    const address = await urlOfApi(start);
    const [shopper, operator] = await Promise.all([enter(address, 'shopper'), enter(address, 'administrator')]);
    for (const id of left) await payAndConfirm(shopper, id);
    expect((await auditBy(operator)).violations).toEqual([]);
    await Promise.all([shopper.close(), operator.close()]);
  });
});
