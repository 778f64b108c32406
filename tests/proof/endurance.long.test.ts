import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceNames } from '../../src/apps/services.ts';
import type { PaymentsOf } from './customers/customers.ts';
import type { ShownPayment } from './customers/order-errand.ts';
import { eachByItself } from './processes/arrangement.ts';
import { seed } from './processes/deaths.ts';
import { Ground } from './processes/ground.ts';
import { Scene } from './processes/scene.ts';

/**
 * docs/reliability.md, "Endurance": everything that there is dies again and again while tens of thousands of orders go through.
 */

const timeout = 40 * 60_000;
const orders = Number(process.env.SUANPAN_ORDERS ?? 50_000);
const deathsOfEach = Number(process.env.SUANPAN_DEATHS ?? 10);
const lanes = 48;
/** Of what was acknowledged, every so many-th is asked once more after the end; all of it is compared. */
const everyNth = 25;
const auditMostMs = 5 * 60_000;

let ground: Ground;
let scene: Scene;

beforeAll(async () => {
  ground = await Ground.open({ broker: true });
  scene = await Scene.open(ground, eachByItself());
}, timeout);

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await ground?.[Symbol.asyncDispose]();
}, timeout);

/** What can die, each back again when it resolves. */
const victims: Readonly<Record<string, () => Promise<unknown>>> = {
  PostgreSQL: async () => ground.killPostgres(),
  RabbitMQ: async () => {
    await ground.broker.kill();
    await ground.broker.start();
  },
  ...Object.fromEntries(serviceNames.map((service) => [service, () => scene.processes.restart(service)])),
};

describe(`endurance (CRASH_SEED=${seed})`, () => {
  test(`${orders} orders while ${Object.keys(victims).join(', ')} die ${deathsOfEach} times each`, {
    timeout,
  }, async () => {
    const startedMs = performance.now();
    const seconds = (): string => ((performance.now() - startedMs) / 1_000).toFixed(0);
    const deaths = Array.from({ length: deathsOfEach }, () => Object.entries(victims)).flat();
    await scene.explain(async () => {
      await scene.untilOrdered(lanes, orders, async (between) => {
        for (const [index, [, die]] of deaths.entries()) {
          await between((orders * (index + 1)) / (deaths.length + 1));
          await die();
        }
      });
      process.stdout.write(`${orders} orders, ${deaths.length} deaths: ${seconds()} s\n`);
      const counted = await scene.expectAllIsWell({ everyNth, paymentsOf, auditMostMs });
      process.stdout.write(`${JSON.stringify(counted)}, all of it found and audited: ${seconds()} s\n`);
      expect(counted.orders).toBeGreaterThanOrEqual(orders);
      expect(counted.payments).toBeGreaterThan(orders / 2);
    });
  });
});

/** From payment's own rows: the API would be asked for each. */
const paymentsOf: PaymentsOf = async () => {
  const rows = await ground.sql<{ id: string; orderId: string; captured: bigint; refunded: bigint; currency: string }>(
    scene.prefix,
    'payment',
    'select id, order_id as "orderId", captured, refunded, currency from payments',
  );
  const money = (amount: bigint, currency: string) => ({ amount: Number(amount), currency });
  return new Map<string, ShownPayment>(
    rows.map(({ id, orderId, captured, refunded, currency }) => [
      orderId,
      { id, captured: money(captured, currency), refunded: money(refunded, currency) },
    ]),
  );
};
