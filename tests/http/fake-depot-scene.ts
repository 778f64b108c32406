import type { Operation } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { CallInput, Origin } from '#runtime/service.ts';
import { count, drop, type FakeDepot, find, makeFakeDepot, move, store } from './fake-depot.ts';
import { type FakeInstance, freePort, openInstance } from './fake-instances.ts';
import { type FakeMeans, type FakeProcess, makeFakeMeans, openFakeCaller, openFakeProcess } from './fake-processes.ts';

/** Asks an operation; resolves to the status, or to the code of the problem. */
export type Ask = (operation: Operation, input?: object, origin?: Partial<Origin>) => Promise<unknown>;

/** Instances of a depot, good and bad ones, and those who ask them. */
export interface DepotScene {
  readonly means: FakeMeans;
  readonly depot: FakeDepot;
  /** A good instance. */
  open(port?: number): Promise<FakeProcess>;
  bad(...given: Parameters<typeof openInstance>): Promise<FakeInstance>;
  /** A URL at which nobody listens. */
  nobody(): Promise<string>;
  callerOf(...urls: readonly string[]): Ask;
  originOf(change?: Partial<Origin>): Origin;
  /** Makes handlers of the depot wait until what it returns is called. */
  holdUp(): () => void;
  /** Closes it, too, at the end. */
  atEnd(close: () => Promise<unknown>): void;
  retries(): Promise<number>;
  /** 0 closed, 1 half open, 2 open. */
  breakerAt(url: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Stands still but for what a test moves it, so that nothing is due before its time. */
export function stillTime(): MovableTime {
  const openedAt = systemClock.now();
  return movableTime(() => openedAt);
}

export function openDepotScene(time?: MovableTime): DepotScene {
  const means = makeFakeMeans(time);
  const depot = makeFakeDepot();
  const closings: (() => Promise<unknown>)[] = [];
  const originOf = (change: Partial<Origin> = {}): Origin => ({
    ...{ traceparent: means.traces.begin(undefined), cause: 'request/req_1', language: 'en' },
    ...{ caller: { kind: 'user', id: 'usr_ann', roles: [] }, deadline: means.time.now() + 20_000 },
    ...change,
  });
  return {
    means,
    depot,
    originOf,
    async open(port = 0) {
      const process = await openFakeProcess(means, [depot], { port });
      closings.push(() => process.close());
      return process;
    },
    async bad(...given) {
      const instance = await openInstance(...given);
      closings.push(() => instance.close());
      return instance;
    },
    nobody: async () => `http://127.0.0.1:${await freePort()}`,
    callerOf(...urls) {
      const { dispatcher, remote } = openFakeCaller(means, [{ service: depot, urls }]);
      closings.push(() => remote.close());
      const call = dispatcher.callsOf('shop');
      return (operation, input = {}, change = {}) =>
        call(operation, input as CallInput<Operation>, originOf(change)).then(({ status }) => status, codeOf);
    },
    holdUp() {
      let release = (): void => undefined;
      depot.hold = new Promise<void>((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    atEnd: (close) => void closings.push(close),
    async retries() {
      const { values } = await means.metrics.retries.get();
      return values.find(({ labels }) => labels.service === 'shop' && labels.what === 'call')?.value ?? 0;
    },
    async breakerAt(url) {
      const { values } = await means.metrics.breakers.get();
      return values.find(({ labels }) => labels.instance === url)?.value;
    },
    async close() {
      for (const close of closings.reverse()) await close();
    },
  };
}

function codeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.problem.code;
  throw error;
}

/** Input of `count` and `move` with which they go well. */
export const well = { body: { how: 'well' } };
const storing = { params: { shelf: 1, sku: 'tea' }, body: { quantity: 1 }, idempotencyKey: 'k' };

type Asked = [title: string, operation: Operation, input: object, status: number];

export const repeatable: Asked[] = [
  ['GET', find, {}, 200],
  ['DELETE', drop, { params: { sku: 'tea' } }, 204],
  ['POST for services', count, well, 200],
  ['POST with an idempotency key', store, storing, 201],
];

export const everyKind: Asked[] = [...repeatable, ['POST that may not be repeated', move, well, 200]];
