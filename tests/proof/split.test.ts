import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn } from '../../src/contracts/http/identity.ts';
import { getOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { type Client, makeClient } from '../../src/runtime/http/client.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { lacksOwnBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { uniqueName } from '../support/postgres.ts';
import type { Person } from '../support/shop.ts';
import { expectStatus, orderOf } from '../support/trade.ts';
import { auditBy } from './audits.ts';
import { type Command, run } from './processes/command.ts';
import { type DataDir, isRunning, makeDataDir, postgresOf } from './processes/data-dir.ts';

const tea = { sku: 'TEA-LJ-100' };
const patience = { timeout: 300_000 };

function environment(dataDir: DataDir) {
  return {
    ...{ PORT: '0', SERVICE_PORT: '0', INTERNAL_PORT: '0', DATA_DIR: dataDir.path },
    ...{ RATE_LIMIT: 'off', LOG_LEVEL: 'warn', AUDIT_BOUND: '500ms' },
  };
}

/** Somebody of the demo's, at an address. */
async function enter(
  url: string,
  who: keyof typeof demoAccounts,
): Promise<Pick<Person, 'ask'> & Pick<Client, 'close'>> {
  const client = makeClient({ baseUrl: url });
  const { email, password } = demoAccounts[who];
  const { accessToken } = expectStatus(await client.request(logIn, { body: { email, password } }), 200);
  return {
    close: () => client.close(),
    ask: (asked, input = {}, options = {}) => {
      const key = asked.idempotencyKey === 'required' ? { idempotencyKey: uniqueName('key') } : {};
      return client.request(asked, { ...key, ...input }, { token: accessToken, ...options });
    },
  };
}

/** Places an order, whoever is just coming back, and waits until it can be paid. */
async function orderIn(shopper: Pick<Person, 'ask'>): Promise<string> {
  const idempotencyKey = uniqueName('key');
  const { id } = await eventually(async () => {
    const reply = await shopper.ask(placeOrder, { body: orderOf([[tea, 1]]), idempotencyKey });
    expect([201, 202]).toContain(reply.status);
    return reply.body as { readonly id: string };
  });
  await eventually(async () =>
    expect(await shopper.ask(getOrder, { params: { id } })).toMatchObject({ body: { status: 'PENDING' } }),
  );
  return id;
}

async function payAndConfirm(shopper: Pick<Person, 'ask'>, orderId: string): Promise<void> {
  expectStatus(await shopper.ask(payOrder, { body: { orderId, method: 'balance' } }), 201);
  await eventually(async () =>
    expect(await shopper.ask(getOrder, { params: { id: orderId } })).toMatchObject({ body: { status: 'CONFIRMED' } }),
  );
}

/** The processes of its table by name. */
function processesOf(up: Command): ReadonlyMap<string, number> {
  const rows = up.stdout().matchAll(/^ {4}(\S+) +(\d+) +\d+ {2}\d+$/gm);
  return new Map([...rows].map(([, name = '', pid]) => [name, Number(pid)]));
}

async function brokerOf({ path }: DataDir): Promise<number> {
  return Number.parseInt(await readFile(join(path, 'rabbitmq', 'broker.pid'), 'utf8'), 10);
}

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
    up = run(['up', '--split'], environment(dataDir));
    [, url = ''] = await up.says(/^\s+API\s+(http:\S+)[\s\S]+Ctrl-C/m);
  }, 180_000);

  afterAll(async () => {
    await up?.[Symbol.asyncDispose]();
    await dataDir?.[Symbol.asyncDispose]();
  }, 90_000);

  test('comes up by one command; an order is placed, paid and confirmed across all of them', patience, async () => {
    expect([...processesOf(up).keys()].sort()).toEqual(
      ['catalog', 'gateway', 'identity', 'inventory', 'notification', 'ordering', 'payment', 'wallet'].sort(),
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
    expect(pids).toHaveLength(10);
    up.kill('SIGTERM');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    expect(await Promise.all(pids.map(isRunning))).toEqual(pids.map(() => false));
  });

  test('its store is drained, and goes on in one process', patience, async () => {
    await using drain = run(['bus', 'drain'], environment(dataDir));
    expect({ ...(await drain.ended), said: drain.stdout(), stderr: drain.stderr() }).toMatchObject({
      code: 0,
      said: expect.stringContaining('The queues are removed. The store may be started on any bus.'),
    });
    await using start = run(['start'], environment(dataDir));
    const [, address = ''] = await start.says(/^\s+API\s+(http:\S+)[\s\S]+Ctrl-C/m);
    const [shopper, operator] = await Promise.all([enter(address, 'shopper'), enter(address, 'administrator')]);
    for (const id of left) await payAndConfirm(shopper, id);
    expect((await auditBy(operator)).violations).toEqual([]);
    await Promise.all([shopper.close(), operator.close()]);
  });
});
