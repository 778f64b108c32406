import { inject } from 'vitest';
import { startAllInOne } from '../../src/apps/all-in-one.ts';
import { failPointsFrom } from '../../src/runtime/seams/fail-points.ts';
import { type MovableTime, movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import type { Context } from '../../src/runtime/service.ts';
import { dropDatabases, testCluster, uniqueName, urlOf } from './postgres.ts';
import { type Layout, shopOver, type TestShop } from './shop.ts';

type WholePlatform = Awaited<ReturnType<typeof startAllInOne>>;

export type { Person } from './shop.ts';

/** The whole platform in this process, with the demo shop open, on the run's PostgreSQL: what is inside can be reached. */
export interface TestPlatform extends TestShop {
  readonly platform: WholePlatform;
  readonly time: MovableTime;
}

export type Environment = Readonly<Record<string, string>>;

/** What all test platforms are set to, however many processes they are. */
export function testEnvironment(own: Environment): Environment & Readonly<Record<'DATABASE_PREFIX', string>> {
  return {
    DATABASE_URL: urlOf(testCluster()),
    DATABASE_PREFIX: uniqueName(inject('run')),
    DATABASE_POOL: '3',
    PORT: '0',
    INTERNAL_PORT: '0',
    DEMO: '1',
    RATE_LIMIT: 'off',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    AUDIT_BOUND: '500ms',
    // A slow machine is no reason for a 202.
    ORDER_WAIT: '20s',
    ...own,
  };
}

/** With a DATABASE_PREFIX of another one it runs beside that one or after it, on the same databases, and leaves them there. */
export async function startTestPlatform(environment: Environment = {}): Promise<TestPlatform> {
  const { layout, platform, time } = await startInThisProcess(environment);
  return { ...shopOver(layout), platform, time };
}

export async function startInThisProcess(environment: Environment) {
  const time = movableTime(() => systemClock.now());
  const whole = testEnvironment(environment);
  const platform = await startAllInOne(whole, { time });
  const prefix = whole.DATABASE_PREFIX;
  const clear = async () => {
    if (environment.DATABASE_PREFIX === undefined) await dropDatabases(prefix);
  };
  const layout: Layout = { ...layoutOf(platform, time), prefix, clear };
  return { layout, platform, time };
}

function layoutOf(platform: WholePlatform, time: MovableTime): Omit<Layout, 'prefix' | 'clear'> {
  const contextOf = (service: string): Context => {
    const node = platform.host.nodes.get(service);
    if (!node) throw new Error(`${service} does not run here`);
    return node.context;
  };
  return {
    urls: [platform.url],
    now: () => time.now(),
    async move(byMs) {
      time.move(byMs);
    },
    askAs(service, operation, input) {
      const context = contextOf(service);
      return context.call(operation, input, context.timer('test'));
    },
    async failOnce(service, point) {
      const failPoints = failPointsFrom(`${service}.${point}:throw`, () => undefined);
      Object.assign(contextOf(service), { failPoints });
    },
    stop: () => platform.stop(),
  };
}
