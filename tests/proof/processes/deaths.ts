import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { seededRandom } from '../../../src/runtime/seams/random.ts';
import { type Death, once } from '../matrix.ts';
import { NeverUp } from './program.ts';
import type { Scene } from './scene.ts';
import type { Hit } from './trials.ts';

/** Printed with every case, so that the same moment can be tried again: docs/reliability.md. */
export const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

/** What a case showed. */
interface Verdict {
  readonly point: string;
  readonly nth: number;
  readonly hit: Hit;
  readonly recoverySeconds: number;
  readonly orders: number;
  readonly payments: number;
}

/** What the cases of one file showed, for a person to read. */
export class Table {
  readonly #title: string;
  readonly #rows: string[][] = [];

  constructor(title: string) {
    this.#title = title;
  }

  add(arrangement: string, { point, nth, hit, recoverySeconds, orders, payments }: Verdict): void {
    const hitAfter = `${hit.answers} answers, ${hit.seconds.toFixed(1)} s`;
    this.#rows.push([
      arrangement,
      point,
      `${nth}`,
      hitAfter,
      `${recoverySeconds.toFixed(1)}`,
      `${orders}`,
      `${payments}`,
      'sound',
    ]);
  }

  failed(arrangement: string, point: string): void {
    this.#rows.push([arrangement, point, '', '', '', '', '', 'FAILED']);
  }

  print(): void {
    const head = ['arrangement', 'killed at', 'time', 'hit after', 'recovery s', 'orders', 'payments', 'verdict'];
    const lines = [head, ...this.#rows];
    const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    const text = lines.map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    process.stdout.write(`\n${this.#title} (CRASH_SEED=${seed})\n${text.join('\n')}\n\n`);
  }
}

/** The n-th time at which the process dies there: the same for a seed, whichever cases run beside it. */
export function nthOf({ point, nth: [least, most] }: Death): number {
  const salt = createHash('sha256').update(point).digest().readUInt32BE();
  return least + Math.floor(seededRandom(seed ^ salt).fraction() * (most - least));
}

/**
 * The process that has the service is killed at the point while orders and payments are in flight, started again, brought to
 * rest, audited, and compared with what the customers were told.
 */
export async function tryDeath(scene: Scene, death: Death): Promise<Verdict> {
  const [name = ''] = scene.processes.having(death.service);
  const nth = nthOf(death);
  // What is reached once at a start finds work under way from before.
  if (death.nth === once) await scene.during(30, () => scene.processes.kill(name));
  else await scene.processes.kill(name);
  if (death.by === 'lost place') await scene.ground.sql(scene.prefix, death.service, 'delete from publications');
  else if (typeof death.by === 'object')
    await scene.dieAt(name, `${death.by.deathAt}:kill:${nthOf({ ...death, nth: [3, 25] })}`);
  const hit = await scene.dieAt(name, `${death.point}:kill:${nth}`);
  return { ...(await recovery(scene, name)), point: death.point, nth, hit };
}

/** The same at the very first start, when nobody has come yet. The scene must be bare. */
export async function tryFirstStart(scene: Scene, death: Death): Promise<Verdict> {
  const [name = ''] = scene.processes.having(death.service);
  const nth = nthOf(death);
  await scene.processes.startAll({ but: name });
  const startedMs = performance.now();
  const started = scene.processes.start(name, { FAIL_POINT: `${death.point}:kill:${nth}` });
  await started.then(
    ({ ended }) => ended,
    (error: unknown) => {
      if (!(error instanceof NeverUp && error.isKilledByItself)) throw error;
    },
  );
  const hit = { answers: 0, seconds: (performance.now() - startedMs) / 1_000 };
  await scene.processes.start(name);
  await scene.welcome();
  await scene.expectDemoShop();
  await scene.during(40, () => undefined);
  return { ...(await recovery(scene)), point: death.point, nth, hit };
}

async function recovery(scene: Scene, dead?: string): Promise<Omit<Verdict, 'point' | 'nth' | 'hit'>> {
  const startedMs = performance.now();
  if (dead !== undefined) await scene.processes.start(dead);
  // It may have died before anybody had paid.
  if (!scene.customers.hasPaid) await scene.during(40, () => undefined);
  await scene.settle();
  const recoverySeconds = (performance.now() - startedMs) / 1_000;
  const { orders, payments } = await scene.expectAllIsWell();
  expect(payments).toBeGreaterThan(0);
  return { recoverySeconds, orders, payments };
}
