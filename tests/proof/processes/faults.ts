import { readFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import { getOrderDiagram } from '../../../src/contracts/http/gateway.ts';
import { withSession } from '../../../src/runtime/database/provision.ts';
import { systemScheduler } from '../../../src/runtime/seams/scheduler.ts';
import { CuttingProxy } from '../../support/cutting-proxy.ts';
import { urlOf } from '../../support/postgres.ts';
import type { Counted } from '../customers/customers.ts';
import type { Tally } from '../customers/desk.ts';
import { isReady } from './program.ts';
import type { Scene } from './scene.ts';

/** Faults beside deaths at a point (docs/reliability.md). Each happens while customers buy, ends, and all must be well again. */

const scheduler = systemScheduler();
const mebibyte = 1024 * 1024;

/** SIGKILL of PostgreSQL, which its keeper starts again. */
export async function killPostgres(scene: Scene, answers: number): Promise<Counted> {
  await scene.during(answers, () => scene.ground.killPostgres());
  return scene.expectAllIsWell();
}

/** SIGKILL of a process at whatever it is about; it is started again. */
export async function killProcess(scene: Scene, name: string, answers: number): Promise<Counted> {
  await scene.during(answers, () => scene.processes.restart(name));
  return scene.expectAllIsWell();
}

/** SIGKILL of the broker, which is started again at once. */
export async function killBroker(scene: Scene, answers: number): Promise<Counted> {
  await scene.during(answers, async () => {
    await scene.ground.broker.kill();
    await scene.ground.broker.start();
  });
  return scene.expectAllIsWell();
}

/** The broker's connections stay open, and it says nothing for so long: longer than heartbeats are waited for. */
export async function hangBroker(scene: Scene, answers: number, forMs: number): Promise<Counted> {
  await scene.during(answers, async () => {
    scene.ground.broker.hang();
    await scheduler.wait(forMs);
    scene.ground.broker.resume();
  });
  return scene.expectAllIsWell();
}

/**
 * The process goes to PostgreSQL by a proxy, which cuts a connection so many times after COMMIT was sent: now before the server
 * hears it, now before the client hears the answer.
 */
export async function cutCommits(scene: Scene, name: string, times: number): Promise<Counted> {
  const proxy = new CuttingProxy(scene.ground.database);
  const port = await proxy.listen();
  const through = urlOf({ ...scene.ground.database, host: '127.0.0.1', port });
  await scene.processes.restart(name, { DATABASE_URL: through });
  await scene.during(10, async () => {
    for (let time = 0; time < times; time += 1) {
      await proxy.cutOnce(time % 2 === 0 ? 'before the client hears of it' : 'before the server hears COMMIT');
    }
  });
  const counted = await scene.expectAllIsWell();
  await scene.processes.restart(name);
  await proxy.close();
  return counted;
}

/**
 * Sessions idle in a transaction hold what reads need, until every pooled connection of payment waits: payments are made all
 * the same, over the connection that the writer has to itself. Then a buyer's balance is held. Once released, all goes on.
 */
export async function exhaustPools(scene: Scene, poolSize: number): Promise<Counted> {
  const pending = await scene.customers.placeSome(8);
  const orderId = pending[0]?.orderId ?? '';
  const buyer = pending[0]?.buyer.id ?? '';
  const database = (service: string) => ({ ...scene.ground.database, database: scene.prefix, schemas: [service] });
  const { desk } = scene.customers;
  await withSession(database('payment'), async (holder) => {
    await holder.script('begin; lock table calls in access exclusive mode');
    const asked = Array.from({ length: 2 * poolSize }, () =>
      desk.askAsOperator(getOrderDiagram, { params: { id: orderId }, query: {} }).catch(() => undefined),
    );
    await vi.waitFor(async () => expect(await waitingSessions(scene, 'payment')).toBeGreaterThanOrEqual(poolSize), {
      timeout: 20_000,
    });
    desk.takeTally();
    for (const errand of pending) await errand.run();
    expect(await waitingSessions(scene, 'payment')).toBeGreaterThan(0);
    await holder.script('rollback');
    await Promise.all(asked);
  });
  await scene.during(20, () =>
    withSession(database('wallet'), async (holder) => {
      await holder.script(`begin; select * from balances where user_id = '${buyer}' for update`);
      await vi.waitFor(async () => expect(await waitingSessions(scene, 'wallet')).toBeGreaterThan(0), {
        timeout: 20_000,
      });
      await holder.script('rollback');
    }),
  );
  return scene.expectAllIsWell();
}

/** Connections of the service that wait for a lock. */
async function waitingSessions(scene: Scene, service: string): Promise<number> {
  const [row] = await scene.ground.sql<{ count: bigint }>(
    scene.prefix,
    service,
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and application_name like 'suanpan ${service}%'`,
  );
  return Number(row?.count ?? 0n);
}

/** What a broker that was away for a while cost. */
export interface Away {
  readonly placed: Scene['customers']['placed'];
  /** The most that the processes together grew by. */
  readonly grownMiB: number;
  readonly tally: Tally;
}

/** The broker is away for so long while customers order and order. */
export async function loseBroker(scene: Scene, lanes: number, forMs: number): Promise<Away> {
  const enough = new AbortController();
  const placing = scene.customers.place(lanes, enough.signal);
  await Promise.race([scene.customers.desk.acknowledgements(2 * lanes), placing]);
  const before = await residentBytes(scene.processes.pids);
  let most = before;
  scene.customers.desk.takeTally();
  await scene.ground.broker.kill();
  const back = new AbortController();
  const away = scheduler.wait(forMs).then(() => back.abort());
  while (!back.signal.aborted) {
    most = Math.max(most, await residentBytes(scene.processes.pids));
    await scheduler.wait(250, back.signal);
  }
  await away;
  enough.abort();
  await placing;
  const placed = scene.customers.placed;
  const tally = scene.customers.desk.takeTally();
  await scene.ground.broker.start();
  return { placed, grownMiB: (most - before) / mebibyte, tally };
}

/** Of all of them together. */
async function residentBytes(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** One process after the other is asked to end and started again, while customers buy; what came of their requests meanwhile. */
export async function roll(scene: Scene, names: readonly string[]): Promise<Tally> {
  scene.customers.desk.takeTally();
  await scene.during(20, async () => {
    for (const name of names) await replace(scene, name);
  });
  return scene.customers.desk.takeTally();
}

/** As a balancer sees it, a gateway is left alone once it says that it is not ready, and asked again once it is. */
async function replace(scene: Scene, name: string): Promise<void> {
  const { processes, customers } = scene;
  const program = processes.program(name);
  program.kill('SIGTERM');
  const isGateway = processes.having('gateway').includes(name);
  if (isGateway) {
    await vi.waitFor(async () => expect(await isReady(processes.internalPort(name))).toBe(false), { timeout: 10_000 });
    await customers.desk.moveTo(...processes.urls.filter((url) => url !== processes.urlOf(name)));
  }
  expect(await program.ended).toEqual({ code: 0, signal: null });
  await processes.start(name);
  if (isGateway) await customers.desk.moveTo(...processes.urls);
}

/** Nothing but a 503 that says when to come again, and hardly any of these. */
export function expectHardlyNoticed({ answered, broken, refused, why }: Tally): void {
  const said = [...refused.keys()];
  expect([broken, said.filter((what) => !/^503 \w+$/.test(what))]).toEqual([0, []]);
  const sum = [...refused.values()].reduce((total, count) => total + count, 0);
  expect(sum / (answered + sum), `${answered} answers, and ${JSON.stringify([...why])}`).toBeLessThan(0.01);
}
