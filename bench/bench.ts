import { join } from 'node:path';
import type { Closings } from '../src/apps/closings.ts';
import { type OwnBroker, startOwnBroker } from '../src/runtime/bus/rabbitmq/own-broker.ts';
import { startEmbedded } from '../src/runtime/database/embedded/embedded.ts';
import { playAlipay } from './alipay.ts';
import { auditOf } from './audit.ts';
import { startLoad } from './buying.ts';
import { type Interruption, opened } from './interruption.ts';
import type { Scenario } from './load/protocol.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureRun, type Scene } from './measure.ts';
import type { Arrangement, Options } from './options.ts';
import {
  auditSeconds,
  beforehand,
  callbacksPerSecond,
  leadInSeconds,
  type Step,
  stepSeconds,
  stepsOf,
  windowSeconds,
} from './plan.ts';
import { administrator, startPlatform, urlOf } from './platform.ts';
import type { Progress, Tell } from './progress.ts';
import { type Measurement, ordersPerSecond, type Round, type Run } from './results.ts';
import { Store } from './store.ts';
import { makeYardsticks, measureCeiling, measureCommit, measureNaive, serverVersion } from './yardsticks/yardsticks.ts';

interface Means {
  readonly options: Options;
  readonly progress: Progress;
  readonly interruption: Interruption;
  readonly pgbench: string;
  readonly loadBefore: number;
}

/** Measures the platform in one arrangement after the other, each on a fresh PostgreSQL. */
export class Bench {
  readonly #means: Means;
  #tell: Tell = () => undefined;

  constructor(means: Means) {
    this.#means = means;
  }

  async measure(
    arrangement: Arrangement,
    scenarios: readonly Scenario[],
    dataDir: string,
    closings: Closings,
  ): Promise<{ readonly machine: Machine; readonly measurement: Measurement }> {
    const { options, progress } = this.#means;
    const scene = await this.#setUp(arrangement, scenarios, dataDir, closings);
    const { admin } = scene.postgres;
    const machine = describeMachine(dataDir, await serverVersion(admin), this.#means.loadBefore);
    await this.#step(arrangement, 'warming up', options.warmUpSeconds, () => scene.load.window(options.warmUpSeconds));
    const rounds: Round[] = [];
    for (let number = 1; number <= options.rounds; number += 1) {
      const within = `${arrangement}, round ${number} of ${options.rounds}`;
      rounds.push(await this.#round(scene, scenarios, within));
    }
    const audit = await this.#step(arrangement, 'audit', auditSeconds(scenarios, options), () =>
      auditOf(scene.platform.port),
    );
    const orders = await scene.store.orders();
    const counts = Object.entries(orders).map(([status, count]) => `${count} ${status}`);
    progress.say(`${arrangement}: the store has ${counts.join(', ')}; ${audit.violations.length} violations`);
    return { machine, measurement: { arrangement, rounds, orders, audit } };
  }

  async #setUp(
    arrangement: Arrangement,
    scenarios: readonly Scenario[],
    dataDir: string,
    closings: Closings,
  ): Promise<Scene> {
    const { options, progress } = this.#means;
    const say = (line: string): void => progress.say(line);
    const log = { info: () => undefined, warn: say, error: say };
    const postgres = await this.#step(arrangement, 'starting PostgreSQL', beforehand.postgres, () =>
      opened(closings, startEmbedded({ dataDir, log }), (one) => one.stop()),
    );
    await makeYardsticks(postgres.admin);
    let broker: OwnBroker | undefined;
    if (arrangement !== 'one-process') {
      broker = await this.#step(arrangement, 'starting RabbitMQ', beforehand.broker(arrangement), () =>
        opened(closings, startOwnBroker({ folder: join(dataDir, 'rabbitmq'), log }), (one) => one.kill()),
      );
    }
    const alipay = scenarios.includes('callbacks')
      ? await opened(closings, playAlipay(), (one) => one.stop())
      : undefined;
    const how = {
      ...(broker && { amqpUrl: broker.url }),
      ...(alipay && { environment: alipay.environment }),
      isSplit: arrangement === 'split',
    };
    const platform = await this.#step(arrangement, 'starting the platform', beforehand.platform(arrangement), () =>
      opened(closings, startPlatform(urlOf(postgres.admin), dataDir, how), (one) => one.stop()),
    );
    const load = startLoad((line) => this.#tell(line));
    closings.add(() => load.end());
    const store = new Store(postgres.admin);
    closings.add(() => store.close());
    await store.connect();
    const { connections, users, skus } = options;
    await this.#step(arrangement, 'opening the shop', beforehand.shop(options), () =>
      load.prepare({
        ...{ connections, users, skus, host: '127.0.0.1', port: platform.port, admin: administrator },
        ...(alipay && { announcer: alipay.announcer }),
      }),
    );
    return { postgres, platform, load, store, brokerPid: broker?.pid };
  }

  async #round(scene: Scene, scenarios: readonly Scenario[], within: string): Promise<Round> {
    const { options, progress, pgbench, interruption } = this.#means;
    const { admin } = scene.postgres;
    const { signal } = interruption;
    const yardsticks = { naive: 0, ceiling: 0, commit: 0 };
    const runs: Partial<Record<Scenario, Run>> = {};
    const measure = async (step: Step): Promise<string> => {
      const seconds = windowSeconds(step, options);
      if (step === 'naive') yardsticks.naive = await measureNaive(admin, pgbench, seconds, signal);
      else if (step === 'ceiling') yardsticks.ceiling = await measureCeiling(admin, seconds, signal);
      else if (step === 'commit') yardsticks.commit = await measureCommit(admin, seconds);
      else {
        const half = runs.spread ? ordersPerSecond(runs.spread.window) / 2 : 0;
        const perSecond = step === 'callbacks' ? callbacksPerSecond : half;
        const course = { seconds, leadInSeconds: leadInSeconds(step, options), perSecond };
        const run = await measureRun(scene, step, course);
        runs[step] = run;
        return foundOf(run);
      }
      return step === 'commit' ? `${yardsticks.commit.toFixed(3)} ms` : `${yardsticks[step].toFixed(0)} orders/s`;
    };
    for (const step of stepsOf(scenarios)) {
      const found = await this.#step(within, step, stepSeconds(step, options), () => measure(step));
      progress.say(`${within}, ${step}: ${found}`);
    }
    return { naive: yardsticks.naive, ceiling: yardsticks.ceiling, commitMs: yardsticks.commit, runs };
  }

  #step<Result>(within: string, what: string, seconds: number, work: () => Promise<Result>): Promise<Result> {
    return this.#means.progress.step(`${within}: ${what}`, seconds, (tell) => {
      this.#tell = tell;
      return work();
    });
  }
}

/** For the screen: what a window came to, and what the store says. */
function foundOf({ window, stored }: Run): string {
  const counts = Object.entries(stored).map(([status, count]) => `${count} ${status}`);
  const unexpected = Object.entries(window.unexpected).map(([what, count]) => `; ${count} × ${what}`);
  return `${ordersPerSecond(window).toFixed(0)} orders/s; in the store ${counts.join(', ')}${unexpected.join('')}`;
}
